import { describe, expect, it } from 'vitest';
import { type Hold, holdTombstone, openHold } from '#inventory/domain/hold';
import { holdTable } from '#inventory/table/hold-table';
import { holdKey, shardKey } from '#inventory/table/keys';
import { heldBySku, openHoldsOf } from '#inventory/table/open-holds';
import type { OrderId, Sku } from '#platform/kernel';
import { type Operation, ServiceError } from '../../embedded/aws/service.ts';
import { mug, orderId, pot, putStock, tenantId } from '../fixtures/stock.ts';
import { createTestTable } from '../fixtures/table.ts';

const ids = { tenantId, orderId };
const allocations = [
  { sku: mug, shard: 0, quantity: 2 },
  { sku: mug, shard: 1, quantity: 1 },
  { sku: pot, shard: 0, quantity: 1 },
];
const held = openHold(ids, allocations);
const committed: Hold = { ...held, state: 'committed', version: 2 };
const released: Hold = { ...held, state: 'released', version: 2 };
const event = (type: string, version: number) => ({
  id: expect.any(String),
  at: expect.any(String),
  ...{ type, tenantId, aggregateId: orderId, version, data: { skus: [mug, pot] } },
});

const createHolds = async (intercept?: (operation: Operation, name: string) => Operation) => {
  const table = createTestTable(intercept && { intercept });
  await putStock(table.rt, { sku: mug, available: [2, 3] });
  await putStock(table.rt, { sku: pot, available: [1] });
  table.calls.length = 0;
  const available = async () => {
    const shards = await Promise.all(allocations.map(({ sku, shard }) => table.itemAt(shardKey(tenantId, sku, shard))));
    return shards.map((shard) => shard?.['available']);
  };
  return { ...table, holds: holdTable(table.rt), available, hold: () => table.itemAt(holdKey(tenantId, orderId)) };
};
/** The write units of the last call of this operation. */
const writeUnitsOf = ({ calls }: ReturnType<typeof createTestTable>, operation: string) =>
  calls.findLast((call) => call.operation === operation)?.units.write;

describe('an open hold', () => {
  it('takes all its allocations in one transaction, and is listed while it is open', async () => {
    const table = await createHolds();
    expect(await table.holds.put(held)).toBe('done');
    expect(writeUnitsOf(table, 'TransactWriteItems')).toBe(9);
    expect(await table.available()).toEqual([0, 2, 0]);
    expect(await table.hold()).toEqual({
      ...{ pk: 'inventory#t1#hold#o1', sk: 'hold', listPk: 'inventory#t1#list#0', listSk: orderId },
      ...{ tenantId, orderId, state: 'open', draws: allocations, held: { skus: [mug, pot], quantities: [3, 1] }, v: 1 },
      out: { v: 1, events: [event('StockHeld.v1', 1)] },
    });
    expect(await table.holds.find(tenantId, orderId)).toEqual(held);
    expect(await heldBySku(table.rt)(tenantId)).toEqual(
      new Map([
        [mug, 3],
        [pot, 1],
      ]),
    );
  });

  it('takes nothing where one shard has too little', async () => {
    const { holds, available, hold } = await createHolds();
    const larger = openHold(ids, [...allocations.slice(0, 2), { sku: pot, shard: 0, quantity: 2 }]);
    expect(await holds.put(larger)).toBe('short');
    expect(await holds.put(openHold(ids, [{ sku: mug, shard: 7, quantity: 1 }]))).toBe('short');
    expect(await available()).toEqual([2, 3, 1]);
    expect(await hold()).toBeUndefined();
  });

  it('is returned to a second one, even where there is no stock left for that', async () => {
    const { holds, available } = await createHolds();
    await holds.put(held);
    expect(await holds.put(held)).toEqual(held);
    expect(await available()).toEqual([0, 2, 0]);
  });

  it('is refused by a tombstone', async () => {
    const table = await createHolds();
    expect(await table.holds.put(holdTombstone(ids))).toBe('done');
    expect(writeUnitsOf(table, 'TransactWriteItems')).toBe(2);
    expect(await table.hold()).not.toHaveProperty('out');
    expect(await table.holds.put(held)).toEqual(holdTombstone(ids));
    expect(await table.available()).toEqual([2, 3, 1]);
  });

  it('is contended by another on the same shard, which is not out of stock', async () => {
    const { holds, available } = await createHolds();
    const other = openHold({ tenantId, orderId: 'o2' as OrderId }, [{ sku: mug, shard: 1, quantity: 1 }]);
    const both = await Promise.all([holds.put(held), holds.put(other)]);
    expect(both.toSorted()).toEqual(['contended', 'done']);
    expect((await available())[1]).toBe(2);
  });
});

describe('the end of a hold', () => {
  it('released: its allocations go back and it leaves the list', async () => {
    const table = await createHolds();
    await table.holds.put(held);
    expect(await table.holds.update(held, released)).toBe('done');
    expect(writeUnitsOf(table, 'TransactWriteItems')).toBe(9);
    expect(await table.available()).toEqual([2, 3, 1]);
    const item = await table.hold();
    expect(item).toMatchObject({
      state: 'released',
      draws: allocations,
      v: 2,
      out: { v: 2, events: [event('StockReleased.v1', 2)] },
    });
    for (const name of ['listPk', 'listSk', 'held']) expect(item).not.toHaveProperty(name);
    expect(await heldBySku(table.rt)(tenantId)).toEqual(new Map());
  });

  it('committed: its allocations stay taken, it leaves the list, and it publishes nothing', async () => {
    const table = await createHolds();
    await table.holds.put(held);
    expect(await table.holds.update(held, committed)).toBe('done');
    expect(writeUnitsOf(table, 'PutItem')).toBe(2);
    expect(await table.available()).toEqual([0, 2, 0]);
    const item = await table.hold();
    expect(item).toMatchObject({ state: 'committed', draws: allocations, v: 2 });
    for (const name of ['listPk', 'listSk', 'held', 'out']) expect(item).not.toHaveProperty(name);
  });

  it('is final', async () => {
    const { holds, available } = await createHolds();
    await holds.put(held);
    await holds.update(held, committed);
    expect(await holds.update(held, released)).toBe('contended');
    expect(await holds.update(held, committed)).toBe('contended');
    expect(await available()).toEqual([0, 2, 0]);
  });

  it.each(['committed', 'released'] as const)(
    '%s: a conflict with a transaction in progress is contended',
    async (state) => {
      const { holds } = await createHolds();
      await holds.put(held);
      const outcomes = await Promise.all([
        holds.update(held, released),
        holds.update(held, { ...held, state, version: 2 }),
      ]);
      expect(outcomes).toEqual(['done', 'contended']);
    },
  );
});

it('throws an error that is no conflict', async () => {
  const broken = (operation: Operation, name: string): Operation =>
    name === 'TransactWriteItems'
      ? () => {
          throw new ServiceError('TransactionCanceledException', 'cancelled', {
            fields: { CancellationReasons: [{ Code: 'ValidationError' }] },
          });
        }
      : operation;
  const { holds, rt } = await createHolds(broken);
  await expect(holds.put(held)).rejects.toMatchObject({ name: 'TransactionCanceledException' });
  expect(await holdTable(rt).find(tenantId, orderId)).toBeUndefined();
});

it.each(['ThrottlingError', 'ProvisionedThroughputExceeded'])(
  'is contended where the table has no capacity: %s',
  async (Code) => {
    const throttled = (operation: Operation, name: string): Operation =>
      name === 'TransactWriteItems'
        ? () => {
            throw new ServiceError('TransactionCanceledException', 'cancelled', {
              fields: { CancellationReasons: [{ Code: 'None' }, { Code }] },
            });
          }
        : operation;
    expect(await (await createHolds(throttled)).holds.put(held)).toBe('contended');
  },
);

it('is contended while the same transaction is in progress', async () => {
  const busy = (operation: Operation, name: string): Operation =>
    name === 'TransactWriteItems'
      ? () => {
          throw new ServiceError('TransactionInProgressException', 'in progress');
        }
      : operation;
  expect(await (await createHolds(busy)).holds.put(held)).toBe('contended');
});

it('adds up the quantities of each SKU in all pages of open holds', async () => {
  const inSmallPages = (operation: Operation, name: string): Operation =>
    name === 'Query' ? (input, caller) => operation({ ...input, Limit: 2 }, caller) : operation;
  const { rt, holds, calls } = await createHolds(inSmallPages);
  await putStock(rt, { sku: mug, available: [50] });
  for (const id of ['o1', 'o2', 'o3', 'o4', 'o5'] as OrderId[])
    await holds.put(openHold({ tenantId, orderId: id }, [{ sku: mug, shard: 0, quantity: 2 }]));
  expect(await heldBySku(rt)(tenantId)).toEqual(new Map([[mug, 10]]));
  expect(calls.filter(({ operation }) => operation === 'Query').length).toBeGreaterThanOrEqual(3);
});

const inPagesOf =
  (Limit: number) =>
  (operation: Operation, name: string): Operation =>
    name === 'Query' ? (input, caller) => operation({ ...input, Limit }, caller) : operation;
const putHolds = async (rt: ReturnType<typeof createTestTable>['rt'], skus: readonly Sku[]) => {
  const holds = holdTable(rt);
  for (const [n, sku] of skus.entries())
    await holds.put(openHold({ tenantId, orderId: `o${100 + n}` as OrderId }, [{ sku, shard: 0, quantity: 1 }]));
};

it('gives up counting holds that fill more than 25 pages, and counts those that fill 25', async () => {
  for (const [limit, count, counted] of [
    [1, 26, undefined],
    [2, 26, new Map([[mug, 26]])],
    [2, 49, new Map([[mug, 49]])],
  ] as const) {
    const { rt } = await createHolds(inPagesOf(limit));
    await putStock(rt, { sku: mug, available: [count] });
    await putHolds(
      rt,
      Array.from({ length: count }, () => mug),
    );
    expect(await heldBySku(rt)(tenantId)).toEqual(counted);
  }
});

describe('the holders of a SKU', () => {
  it('are found behind pages without any', async () => {
    const { rt } = await createHolds(inPagesOf(1));
    await putStock(rt, { sku: pot, available: [9] });
    await putHolds(rt, [pot, pot, mug, pot, mug]);
    expect([...(await openHoldsOf(rt, tenantId, mug)).keys()]).toEqual(['o102', 'o104']);
  });

  it.each([
    [1, 10],
    [4, 12],
    [16, 16],
  ])('of %i shards are looked up in %i pages at most', async (shards, pages) => {
    const listShards = { default: shards, tenants: {} };
    const { rt, calls } = createTestTable({ times: { listShards }, intercept: inPagesOf(1) });
    await putStock(rt, { sku: mug, available: [100] });
    await putHolds(
      rt,
      Array.from({ length: 80 }, () => mug),
    );
    expect((await openHoldsOf(rt, tenantId, mug)).size).toBe(pages);
    expect(calls.filter(({ operation }) => operation === 'Query')).toHaveLength(pages);
  });
});

describe('the list of open holds over several shards', () => {
  const listShards = { default: 1, tenants: { [tenantId]: 4 } };
  const ids = Array.from({ length: 24 }, (_, n) => `o${n}` as OrderId);
  const createSpread = async (intercept?: (operation: Operation, name: string) => Operation) => {
    const table = createTestTable({ times: { listShards }, ...(intercept && { intercept }) });
    await putStock(table.rt, { sku: mug, available: [500] });
    const put = async (each: OrderId) =>
      holdTable(table.rt).put(openHold({ tenantId, orderId: each }, [{ sku: mug, shard: 0, quantity: 2 }]));
    for (const each of ids) await put(each);
    return table;
  };

  it('has every hold in one of them, all of which count', async () => {
    const { rt, itemAt } = await createSpread();
    const items = await Promise.all(ids.map((each) => itemAt(holdKey(tenantId, each))));
    const shards = new Set(items.map((item) => item?.['listPk']));
    expect([...shards].toSorted()).toEqual([0, 1, 2, 3].map((n) => `inventory#t1#list#${n}`));
    expect(await heldBySku(rt)(tenantId)).toEqual(new Map([[mug, 48]]));
    expect([...(await openHoldsOf(rt, tenantId, mug)).keys()]).toEqual(ids.toSorted());
  });

  it('has the holds from before it had several', async () => {
    const { rt, itemAt } = await createSpread();
    const before = Object.create(rt, { times: { value: { ...rt.times, listShards: { default: 1, tenants: {} } } } });
    const other = 'before' as OrderId;
    const hold = openHold({ tenantId, orderId: other }, [{ sku: mug, shard: 0, quantity: 5 }]);
    await holdTable(before).put(hold);
    expect(await itemAt(holdKey(tenantId, other))).toMatchObject({ listPk: 'inventory#t1#list#0' });
    expect(await heldBySku(rt)(tenantId)).toEqual(new Map([[mug, 53]]));
    await holdTable(rt).update(hold, { ...hold, state: 'released', version: 2 });
    expect(await heldBySku(rt)(tenantId)).toEqual(new Map([[mug, 48]]));
  });

  it('is not counted where one shard has too many pages: the sum would be too small', async () => {
    const manyPagesOfOneShard = (operation: Operation, name: string): Operation =>
      name === 'Query'
        ? (input, caller) =>
            operation({ ...input, ...(JSON.stringify(input).includes('list#3') && { Limit: 1 }) }, caller)
        : operation;
    const { rt } = createTestTable({ times: { listShards }, intercept: manyPagesOfOneShard });
    await putStock(rt, { sku: mug, available: [100] });
    await putHolds(
      rt,
      Array.from({ length: 60 }, () => mug),
    );
    expect(await heldBySku(rt)(tenantId)).toBeUndefined();
  });

  it('is not counted where a shard cannot be read: the sum would be too small', async () => {
    const failing = (operation: Operation, name: string): Operation =>
      name === 'Query'
        ? (input, caller) => {
            if (JSON.stringify(input).includes('list#3')) throw new ServiceError('Broken', 'broken');
            return operation(input, caller);
          }
        : operation;
    const { rt } = await createSpread(failing);
    await expect(heldBySku(rt)(tenantId)).rejects.toThrow('broken');
    await expect(openHoldsOf(rt, tenantId, mug)).rejects.toThrow('broken');
  });
});
