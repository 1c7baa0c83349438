import { contexts } from '#contexts';
import { createHost } from '../../../embedded/host/host.ts';
import type { Interceptors } from '../../../embedded/host/interceptors.ts';
import { seed, toApiKey } from '../../../embedded/host/seed.ts';
import { createLeapingClock } from '../../fixtures/leaping-clock.ts';
import { secrets } from '../../fixtures/secrets.ts';
import { unbounded } from '../../fixtures/unbounded.ts';

export type Sale = {
  readonly shards: number;
  /** Without the condition, holds take stock even if none is available. */
  readonly condition: boolean;
  readonly sold: number;
  /** On the backend's clock, from the first order to the end of the last. */
  readonly seconds: number;
  readonly ordersPerSecond: number;
  /** Transactions that our model cancelled because another one held the same item. */
  readonly conflicts: number;
  /** Transactions that were cancelled because their shard had too few units. */
  readonly ranOut: number;
  /** The share of the partition key with the most attempted writes, in the writes to the SKU's shards and in all writes. */
  readonly hottestShareOfShards: number;
  readonly hottestShareOfAll: number;
};

export const UNITS = 1_000;
const BUYERS = 5_000;
/** Enough to show that more units are sold than exist. */
const CONTROL_BUYERS = 1_200;
const ENVIRONMENTS = 100;
/** From a transaction's start to its commit. Others at the same items conflict with it: our model of DynamoDB, not a measurement. */
const TRANSACTION_MS = 5;
const SKU = 'gold-mug';
const WRITE_OPERATIONS = ['PutItem', 'UpdateItem', 'TransactWriteItems'];
const demo = { tenantId: 'demo', secret: '0123456789abcdef' };

const createWriteTally = () => {
  const writes = new Map<string, number>();
  const hottestShare = (isIncluded: (key: string) => boolean) => {
    const counts = [...writes].filter(([key]) => isIncluded(key)).map(([, count]) => count);
    return Math.max(...counts) / counts.reduce((sum, count) => sum + count, 0);
  };
  return {
    add: (key: string) => writes.set(key, (writes.get(key) ?? 0) + 1),
    hottestShare,
    clear: () => writes.clear(),
  };
};

type ApiCall = {
  readonly method: string;
  readonly target: string;
  readonly body?: object;
  /** The idempotency key. */
  readonly key?: string;
};
type Transaction = { readonly TransactItems?: readonly { readonly Update?: object }[] };

/** The control: holds take stock from shards without checking what they have. */
const withoutCondition: NonNullable<Interceptors['call']> = ({ operation, input }, act) => {
  const { TransactItems = [], ...rest } = input as Transaction;
  if (operation !== 'TransactWriteItems') return act(input);
  const withoutExpression = ({ ConditionExpression: _, ...update }: { readonly ConditionExpression?: string }) =>
    update;
  // DynamoDB refuses values that no expression uses
  const withoutUnusedValue = (update: object) => {
    const { ExpressionAttributeValues: values } = update as { readonly ExpressionAttributeValues: object };
    const { ':taken': __, ...used } = values as Record<string, unknown>;
    return { ...update, ExpressionAttributeValues: used };
  };
  const parts = TransactItems.map((part) =>
    part.Update ? { Update: withoutUnusedValue(withoutExpression(part.Update)) } : part,
  );
  return act({ ...rest, TransactItems: parts });
};

/** 5,000 concurrent buyers of 1,000 units of one SKU, on a clock that stands while anything computes. */
export const runFlashSale = async (shards: number, condition = true): Promise<Sale> => {
  const buyerCount = condition ? BUYERS : CONTROL_BUYERS;
  const clock = createLeapingClock();
  const writes = createWriteTally();
  let [conflicts, ranOut] = [0, 0];
  const host = createHost({
    ...{ contexts, secrets, maxEnvironments: ENVIRONMENTS, clock, ...unbounded },
    transactionLatencyMs: () => TRANSACTION_MS,
    ...(!condition && { interceptors: { call: withoutCondition } }),
    onTableCall: ({ operation, partitionKeys, cancellationReasonCodes }) => {
      if (!WRITE_OPERATIONS.includes(operation)) return;
      if (cancellationReasonCodes.includes('TransactionConflict')) conflicts += 1;
      if (cancellationReasonCodes.includes('ConditionalCheckFailed')) ranOut += 1;
      for (const key of partitionKeys) writes.add(key);
    },
  });
  const send = async ({ method, target, body, key = 'one' }: ApiCall) => {
    const headers = Object.entries({ authorization: `Bearer ${toApiKey(demo)}`, 'idempotency-key': key });
    const response = await host.request({ method, target, headers, body: body ? JSON.stringify(body) : '' });
    if (response.status >= 300) throw new Error(`${method} ${target}: ${response.status} ${response.body}`);
    return JSON.parse(response.body) as { readonly available: number; readonly taken: number };
  };
  try {
    await host.loadFunctions();
    await clock.driven(seed(host, demo));
    const price = { amount: 1_250, currency: 'EUR' };
    await clock.driven(send({ method: 'PUT', target: `/v1/products/${SKU}`, body: { name: SKU, price } }));
    await clock.driven(send({ method: 'PUT', target: `/v1/inventory/${SKU}`, body: { shards } }));
    await clock.driven(
      send({ method: 'POST', target: `/v1/inventory/${SKU}/adjustments`, body: { delta: UNITS, reason: 'received' } }),
    );

    const startedAt = clock.now();
    [conflicts, ranOut] = [0, 0];
    writes.clear();
    const order = { lines: [{ sku: SKU, quantity: 1 }], customer: { email: 'ada@example.com' } };
    const buyers = Array.from({ length: buyerCount }, (_, n) =>
      send({
        method: 'POST',
        target: '/v1/orders',
        body: { ...order, payment: { token: 'tok_ok' } },
        key: `buyer-${n}`,
      }),
    );
    await clock.driven(Promise.all(buyers));
    await clock.driven(host.whenIdle());
    const seconds = (clock.now() - startedAt) / 1_000;
    // nothing is held any more
    const { taken: sold } = await clock.driven(send({ method: 'GET', target: `/v1/inventory/${SKU}` }));
    const hottestShareOfShards = writes.hottestShare((key) => key.includes('#shard#'));
    const hottestShareOfAll = writes.hottestShare(() => true);
    return {
      ...{ shards, condition, sold, seconds, ordersPerSecond: buyerCount / seconds },
      ...{ conflicts, ranOut, hottestShareOfShards, hottestShareOfAll },
    };
  } finally {
    host.close();
  }
};
