import { manifests } from '#manifests';
import { createHost } from '../../embedded/host.ts';
import { apiKeyOf, seed } from '../../embedded/seed.ts';
import { leapingClock } from '../inventory/fixtures/leaping-clock.ts';
import { secrets } from './meter.ts';

export type Sale = {
  readonly shards: number;
  readonly sold: number;
  /** Of time as the backend sees it, from the first order to the last that has ended. */
  readonly seconds: number;
  readonly ordersPerSecond: number;
  /** Transactions that were cancelled because another was at the same item, by our model of it. */
  readonly conflicts: number;
  /** Of all writes to the SKU's shards, those to the one most written to. */
  readonly hottestShare: number;
};

const UNITS = 1_000;
const BUYERS = 5_000;
const ENVIRONMENTS = 100;
/** From a transaction's begin to its commit, in which others are in conflict with it: our model of DynamoDB, not a measurement. */
const TRANSACTION_MS = 5;
const SKU = 'gold-mug';
const demo = { tenantId: 'demo', secret: '0123456789abcdef' };

/** 5,000 buyers at once, 1,000 units of one SKU in so many shards, on a clock that stands while anything computes. */
export const flashSale = async (shards: number): Promise<Sale> => {
  const clock = leapingClock();
  const writes = new Map<string, number>();
  let conflicts = 0;
  const host = createHost({
    ...{ manifests, secrets, environments: ENVIRONMENTS, clock },
    latency: () => TRANSACTION_MS,
    meter: ({ operation, outcome, keys }) => {
      if (operation !== 'TransactWriteItems') return;
      if (outcome === 'TransactionCanceledException') conflicts += 1;
      for (const key of keys) if (key.includes('#shard#')) writes.set(key, (writes.get(key) ?? 0) + 1);
    },
  });
  const send = async (method: string, target: string, body?: object, key = 'one') => {
    const headers = Object.entries({ authorization: `Bearer ${apiKeyOf(demo)}`, 'idempotency-key': key });
    const answer = await host.request({ method, target, headers, body: body ? JSON.stringify(body) : '' });
    if (answer.status >= 300) throw new Error(`${method} ${target}: ${answer.status} ${answer.body}`);
    return JSON.parse(answer.body) as { readonly available: number; readonly sold: number };
  };
  try {
    await host.warm();
    await clock.driven(seed(host, demo));
    const price = { amount: 1_250, currency: 'EUR' };
    await clock.driven(send('PUT', `/v1/products/${SKU}`, { name: SKU, price }));
    await clock.driven(send('PUT', `/v1/inventory/${SKU}`, { shards }));
    await clock.driven(send('POST', `/v1/inventory/${SKU}/adjustments`, { delta: UNITS, reason: 'received' }));

    const begun = clock.now();
    conflicts = 0;
    const order = { lines: [{ sku: SKU, quantity: 1 }], customer: { email: 'ada@example.com' } };
    const buyers = Array.from({ length: BUYERS }, (_, n) =>
      send('POST', '/v1/orders', { ...order, payment: { token: 'tok_ok' } }, `buyer-${n}`),
    );
    await clock.driven(Promise.all(buyers));
    await clock.driven(host.settled());
    const seconds = (clock.now() - begun) / 1_000;
    const { sold, available } = await clock.driven(send('GET', `/v1/inventory/${SKU}`));
    if (sold !== UNITS || available !== 0) throw new Error(`${shards} shards: ${sold} sold, ${available} left`);
    const all = [...writes.values()].reduce((sum, count) => sum + count, 0);
    const hottestShare = Math.max(...writes.values()) / all;
    return { shards, sold, seconds, ordersPerSecond: BUYERS / seconds, conflicts, hottestShare };
  } finally {
    host.close();
  }
};
