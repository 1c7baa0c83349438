import { contexts } from '#contexts';
import { createHost } from '../../../embedded/host/host.ts';
import type { Interceptors } from '../../../embedded/host/interceptors.ts';
import { apiKeyOf, seed } from '../../../embedded/host/seed.ts';
import { leapingClock } from '../../inventory/fixtures/leaping-clock.ts';
import { secrets } from '../cost/meter.ts';

export type Sale = {
  readonly shards: number;
  /** Without it, holds take stock whether or not it is there. */
  readonly condition: boolean;
  readonly sold: number;
  /** Of time as the backend sees it, from the first order to the last that has ended. */
  readonly seconds: number;
  readonly ordersPerSecond: number;
  /** Transactions that were cancelled because another was at the same item, by our model of it. */
  readonly conflicts: number;
  /** Transactions that were cancelled because their shard had too little left. */
  readonly ranOut: number;
  /** The most tried writes of one partition key, of those of the SKU's shards, and of all of the sale. */
  readonly hottestOfShards: number;
  readonly hottestOfAll: number;
};

export const UNITS = 1_000;
const BUYERS = 5_000;
/** Enough to show that more is sold than there is. */
const BUYERS_OF_CONTROL = 1_200;
const ENVIRONMENTS = 100;
/** From a transaction's begin to its commit, in which others are in conflict with it: our model of DynamoDB, not a measurement. */
const TRANSACTION_MS = 5;
const SKU = 'gold-mug';
const WRITES = ['PutItem', 'UpdateItem', 'TransactWriteItems'];
const demo = { tenantId: 'demo', secret: '0123456789abcdef' };

const tally = () => {
  const writes = new Map<string, number>();
  const shareOf = (chosen: (key: string) => boolean) => {
    const counts = [...writes].filter(([key]) => chosen(key)).map(([, count]) => count);
    return Math.max(...counts) / counts.reduce((sum, count) => sum + count, 0);
  };
  return { add: (key: string) => writes.set(key, (writes.get(key) ?? 0) + 1), shareOf, clear: () => writes.clear() };
};

type Parts = { readonly TransactItems?: readonly { readonly Update?: object }[] };

/** The control: stock is taken from shards whatever they hold. */
const withoutCondition: NonNullable<Interceptors['call']> = ({ operation, input }, act) => {
  const { TransactItems = [], ...rest } = input as Parts;
  if (operation !== 'TransactWriteItems') return act(input);
  const bare = ({ ConditionExpression: _, ...update }: { readonly ConditionExpression?: string }) => update;
  const unused = (update: object) => {
    const { ExpressionAttributeValues: values } = update as { readonly ExpressionAttributeValues: object };
    const { ':taken': __, ...used } = values as Record<string, unknown>;
    return { ...update, ExpressionAttributeValues: used };
  };
  const parts = TransactItems.map((part) => (part.Update ? { Update: unused(bare(part.Update)) } : part));
  return act({ ...rest, TransactItems: parts });
};

/** 5,000 buyers at once, 1,000 units of one SKU in so many shards, on a clock that stands while anything computes. */
export const flashSale = async (shards: number, condition = true): Promise<Sale> => {
  const count = condition ? BUYERS : BUYERS_OF_CONTROL;
  const clock = leapingClock();
  const writes = tally();
  let [conflicts, ranOut] = [0, 0];
  const host = createHost({
    ...{ contexts, secrets, maxEnvironments: ENVIRONMENTS, clock },
    transactionLatencyMs: () => TRANSACTION_MS,
    ...(!condition && { interceptors: { call: withoutCondition } }),
    onTableCall: ({ operation, keys, reasons }) => {
      if (!WRITES.includes(operation)) return;
      if (reasons.includes('TransactionConflict')) conflicts += 1;
      if (reasons.includes('ConditionalCheckFailed')) ranOut += 1;
      for (const key of keys) writes.add(key);
    },
  });
  const send = async (method: string, target: string, body?: object, key = 'one') => {
    const headers = Object.entries({ authorization: `Bearer ${apiKeyOf(demo)}`, 'idempotency-key': key });
    const answer = await host.request({ method, target, headers, body: body ? JSON.stringify(body) : '' });
    if (answer.status >= 300) throw new Error(`${method} ${target}: ${answer.status} ${answer.body}`);
    return JSON.parse(answer.body) as { readonly available: number; readonly sold: number };
  };
  try {
    await host.loadFunctions();
    await clock.driven(seed(host, demo));
    const price = { amount: 1_250, currency: 'EUR' };
    await clock.driven(send('PUT', `/v1/products/${SKU}`, { name: SKU, price }));
    await clock.driven(send('PUT', `/v1/inventory/${SKU}`, { shards }));
    await clock.driven(send('POST', `/v1/inventory/${SKU}/adjustments`, { delta: UNITS, reason: 'received' }));

    const begun = clock.now();
    [conflicts, ranOut] = [0, 0];
    writes.clear();
    const order = { lines: [{ sku: SKU, quantity: 1 }], customer: { email: 'ada@example.com' } };
    const buyers = Array.from({ length: count }, (_, n) =>
      send('POST', '/v1/orders', { ...order, payment: { token: 'tok_ok' } }, `buyer-${n}`),
    );
    await clock.driven(Promise.all(buyers));
    await clock.driven(host.whenIdle());
    const seconds = (clock.now() - begun) / 1_000;
    const { sold } = await clock.driven(send('GET', `/v1/inventory/${SKU}`));
    const hottestOfShards = writes.shareOf((key) => key.includes('#shard#'));
    const hottestOfAll = writes.shareOf(() => true);
    const found = { conflicts, ranOut, hottestOfShards, hottestOfAll };
    return { shards, condition, sold, seconds, ordersPerSecond: count / seconds, ...found };
  } finally {
    host.close();
  }
};
