import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../percentile.ts';
import { served } from '../served.ts';
import { nthOrder, openShop, type Shop } from '../shop.ts';

export type Throughput = {
  readonly atOnce: number;
  readonly placed: number;
  readonly confirmedPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
};

const WARM_UP_MS = 3_000;
/** Every order of a run must have ended so long after its last one was placed. */
const DRAIN_MS = 60_000;

/** Customers one after the other, so many at a time. */
export const closedLoop = async ({ ask }: Shop, atOnce: number, ms: number, name: string): Promise<Throughput> => {
  const took: number[] = [];
  const ids: string[] = [];
  const begun = performance.now();
  let n = 0;
  const customer = async () => {
    while (performance.now() - begun < ms) {
      const at = performance.now();
      const nth = n++;
      const { id } = await ask('POST', '/v1/orders', nthOrder(nth), `${name}-${nth}`);
      took.push(performance.now() - at);
      ids.push(id);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, customer));
  // an order is done only once it is confirmed, so the time until the last one is counts
  for (const id of ids.slice(-atOnce * 4)) {
    const until = performance.now() + DRAIN_MS;
    while ((await ask('GET', `/v1/orders/${id}`)).status !== 'confirmed') {
      if (performance.now() > until) throw new Error(`order ${id} was not confirmed within ${DRAIN_MS / 1_000} s`);
      await sleep(20);
    }
  }
  const seconds = (performance.now() - begun) / 1_000;
  return {
    atOnce,
    placed: ids.length,
    confirmedPerSecond: ids.length / seconds,
    p50Ms: percentile(took, 0.5),
    p99Ms: percentile(took, 0.99),
  };
};

/** Orders confirmed over HTTP by the embedded host, with so many customers at once, each for so long. */
export const throughput = async (customers: readonly number[], ms: number): Promise<readonly Throughput[]> => {
  const results: Throughput[] = [];
  for (const atOnce of customers) {
    const server = await served();
    try {
      const shop = await openShop(server);
      await closedLoop(shop, atOnce, WARM_UP_MS, 'warm-up');
      results.push(await closedLoop(shop, atOnce, ms, 'run'));
    } finally {
      await server.stop();
    }
  }
  return results;
};
