import { setTimeout as sleep } from 'node:timers/promises';
import { startServer } from '../server.ts';
import { createOrder, openShop, type Shop } from '../shop.ts';
import { percentile } from '../statistics.ts';

export type Throughput = {
  readonly concurrency: number;
  readonly placed: number;
  readonly confirmedPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
};

const WARM_UP_MS = 3_000;
/** The time that the last order of a run may take to be confirmed. */
const DRAIN_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 20;

type ClosedLoop = { readonly concurrency: number; readonly durationMs: number; readonly name: string };

/** Concurrent customers, each of whom orders again once the last request is answered. */
export const runClosedLoop = async (
  { call }: Shop,
  { concurrency, durationMs, name }: ClosedLoop,
): Promise<Throughput> => {
  const latenciesMs: number[] = [];
  const ids: string[] = [];
  const startedAt = performance.now();
  let nextOrder = 0;
  const runCustomer = async () => {
    while (performance.now() - startedAt < durationMs) {
      const sentAt = performance.now();
      const n = nextOrder++;
      const { id } = await call({ method: 'POST', path: '/v1/orders', body: createOrder(n), key: `${name}-${n}` });
      latenciesMs.push(performance.now() - sentAt);
      ids.push(id);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, runCustomer));
  // an order is complete only when it is confirmed, so the time until the last confirmation counts
  for (const id of ids.slice(-concurrency * 4)) {
    const deadline = performance.now() + DRAIN_TIMEOUT_MS;
    while ((await call({ method: 'GET', path: `/v1/orders/${id}` })).status !== 'confirmed') {
      if (performance.now() > deadline)
        throw new Error(`order ${id} was not confirmed within ${DRAIN_TIMEOUT_MS / 1_000} s`);
      await sleep(POLL_INTERVAL_MS);
    }
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  return {
    concurrency,
    placed: ids.length,
    confirmedPerSecond: ids.length / seconds,
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
  };
};

/** Orders that the embedded host confirms over HTTP, measured once for each number of concurrent customers. */
export const measureThroughput = async (
  concurrencies: readonly number[],
  durationMs: number,
): Promise<readonly Throughput[]> => {
  const results: Throughput[] = [];
  for (const concurrency of concurrencies) {
    const server = await startServer();
    try {
      const shop = await openShop(server);
      await runClosedLoop(shop, { concurrency, durationMs: WARM_UP_MS, name: 'warm-up' });
      results.push(await runClosedLoop(shop, { concurrency, durationMs, name: 'run' }));
    } finally {
      await server.stop();
    }
  }
  return results;
};
