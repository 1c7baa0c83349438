import { setTimeout as sleep } from 'node:timers/promises';
import { type Served, served } from './served.ts';

export type Throughput = {
  readonly atOnce: number;
  readonly placed: number;
  readonly confirmedPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
};

const PRODUCTS = 8;
const SHARDS = 8;
const WARM_UP_MS = 3_000;
const REQUEST_MS = 30_000;
/** Every order of a run must have ended so long after its last one was placed. */
const DRAIN_MS = 60_000;

const percentile = (sorted: readonly number[], part: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;

const asker =
  ({ origin, apiKey }: Served) =>
  async (method: string, path: string, body?: object, key?: string) => {
    const answer = await fetch(`${origin}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body && { 'content-type': 'application/json' }),
        ...(key && { 'idempotency-key': key }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as { readonly id: string; readonly status: string };
  };

/** Customers one after the other, so many at a time, each ordering one of eight products that lie in eight shards each. */
const load = async (server: Served, atOnce: number, ms: number, name: string): Promise<Throughput> => {
  const ask = asker(server);
  const took: number[] = [];
  const ids: string[] = [];
  const begun = performance.now();
  let n = 0;
  const customer = async () => {
    while (performance.now() - begun < ms) {
      const at = performance.now();
      const nth = n++;
      const lines = [{ sku: `bench-${nth % PRODUCTS}`, quantity: 1 }];
      const order = { lines, customer: { email: 'ada@example.com' }, payment: { token: 'tok_ok' } };
      const { id } = await ask('POST', '/v1/orders', order, `${name}-${nth}`);
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
  const sorted = took.toSorted((a, b) => a - b);
  return {
    atOnce,
    placed: ids.length,
    confirmedPerSecond: ids.length / seconds,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
  };
};

/** Orders confirmed over HTTP by the embedded host, with so many customers at once, each for so long. */
export const throughput = async (customers: readonly number[], ms: number): Promise<readonly Throughput[]> => {
  const results: Throughput[] = [];
  for (const atOnce of customers) {
    const server = await served();
    try {
      const ask = asker(server);
      for (let n = 0; n < PRODUCTS; n += 1) {
        const price = { amount: 500, currency: 'EUR' };
        await ask('PUT', `/v1/products/bench-${n}`, { name: 'Mug', price });
        await ask('PUT', `/v1/inventory/bench-${n}`, { shards: SHARDS });
        const received = { delta: 900_000, reason: 'received' };
        await ask('POST', `/v1/inventory/bench-${n}/adjustments`, received, `first-${n}`);
      }
      await load(server, atOnce, WARM_UP_MS, 'warm-up');
      results.push(await load(server, atOnce, ms, 'run'));
    } finally {
      await server.stop();
    }
  }
  return results;
};
