import { describe, expect, it } from 'vitest';
import { type Hold, holdTombstone, openHold } from '#inventory/domain/hold';
import { holdTable } from '#inventory/table/hold-table';
import { holdKey, shardKey } from '#inventory/table/keys';
import { heldQuantity } from '#inventory/table/open-holds';
import type { OrderId } from '#platform/kernel';
import { type Operation, ServiceError } from '../../embedded/aws/service.ts';
import { watchedTable } from '../platform/fixtures/watched-table.ts';
import { mug, orderId, pot, stock, tenantId } from './fixtures/stock.ts';

const of = { tenantId, orderId };
const draws = [
  { sku: mug, shard: 0, quantity: 2 },
  { sku: mug, shard: 1, quantity: 1 },
  { sku: pot, shard: 0, quantity: 1 },
];
const held = openHold(of, draws);
const committed: Hold = { ...held, state: 'committed', version: 2 };
const released: Hold = { ...held, state: 'released', version: 2 };
const event = (type: string, version: number) => ({
  id: expect.any(String),
  at: expect.any(String),
  ...{ type, tenantId, aggregateId: orderId, version, data: { skus: [mug, pot] } },
});

const shelves = async (between?: (operation: Operation, name: string) => Operation) => {
  const made = watchedTable(between ? { between } : {});
  await stock(made.rt, mug, [2, 3]);
  await stock(made.rt, pot, [1]);
  made.calls.length = 0;
  const available = async () => {
    const shards = await Promise.all(draws.map(({ sku, shard }) => made.itemAt(shardKey(tenantId, sku, shard))));
    return shards.map((shard) => shard?.['available']);
  };
  return { ...made, holds: holdTable(made.rt), available, hold: () => made.itemAt(holdKey(tenantId, orderId)) };
};
const lastly = ({ calls }: ReturnType<typeof watchedTable>, operation: string) =>
  calls.findLast((call) => call.operation === operation)?.units.write;

describe('an open hold', () => {
  it('takes its draws, all at once, and is listed while it is open', async () => {
    const made = await shelves();
    expect(await made.holds.put(held)).toBe('done');
    expect(lastly(made, 'TransactWriteItems')).toBe(9);
    expect(await made.available()).toEqual([0, 2, 0]);
    expect(await made.hold()).toEqual({
      ...{ pk: 'inventory#t1#hold#o1', sk: 'hold', listPk: 'inventory#t1#list#0', listSk: orderId },
      ...{ tenantId, orderId, state: 'open', draws, held: { mug: 3, pot: 1 }, v: 1 },
      out: { v: 1, events: [event('StockHeld.v1', 1)] },
    });
    expect(await made.holds.find(tenantId, orderId)).toEqual(held);
    expect(await heldQuantity(made.rt)(tenantId, mug)).toBe(3);
  });

  it('takes nothing where one shard falls short', async () => {
    const { holds, available, hold } = await shelves();
    const more = openHold(of, [...draws.slice(0, 2), { sku: pot, shard: 0, quantity: 2 }]);
    expect(await holds.put(more)).toBe('short');
    expect(await holds.put(openHold(of, [{ sku: mug, shard: 7, quantity: 1 }]))).toBe('short');
    expect(await available()).toEqual([2, 3, 1]);
    expect(await hold()).toBeUndefined();
  });

  it('is met by a second one, even where there is nothing left for it', async () => {
    const { holds, available } = await shelves();
    await holds.put(held);
    expect(await holds.put(held)).toEqual(held);
    expect(await available()).toEqual([0, 2, 0]);
  });

  it('is refused by a tombstone', async () => {
    const made = await shelves();
    expect(await made.holds.put(holdTombstone(of))).toBe('done');
    expect(lastly(made, 'TransactWriteItems')).toBe(2);
    expect(await made.hold()).not.toHaveProperty('out');
    expect(await made.holds.put(held)).toEqual(holdTombstone(of));
    expect(await made.available()).toEqual([2, 3, 1]);
  });

  it('is contended by another on the same shard, which is not out of stock', async () => {
    const { holds, available } = await shelves();
    const other = openHold({ tenantId, orderId: 'o2' as OrderId }, [{ sku: mug, shard: 1, quantity: 1 }]);
    const both = await Promise.all([holds.put(held), holds.put(other)]);
    expect(both.toSorted()).toEqual(['contended', 'done']);
    expect((await available())[1]).toBe(2);
  });
});

describe('the end of a hold', () => {
  it('released: its draws go back and it leaves the list', async () => {
    const made = await shelves();
    await made.holds.put(held);
    expect(await made.holds.update(held, released)).toBe('done');
    expect(lastly(made, 'TransactWriteItems')).toBe(9);
    expect(await made.available()).toEqual([2, 3, 1]);
    const item = await made.hold();
    expect(item).toMatchObject({
      state: 'released',
      draws,
      v: 2,
      out: { v: 2, events: [event('StockReleased.v1', 2)] },
    });
    for (const name of ['listPk', 'listSk', 'held']) expect(item).not.toHaveProperty(name);
    expect(await heldQuantity(made.rt)(tenantId, mug)).toBe(0);
  });

  it('committed: its draws stay, it leaves the list, and there is no news of it', async () => {
    const made = await shelves();
    await made.holds.put(held);
    expect(await made.holds.update(held, committed)).toBe('done');
    expect(lastly(made, 'PutItem')).toBe(2);
    expect(await made.available()).toEqual([0, 2, 0]);
    const item = await made.hold();
    expect(item).toMatchObject({ state: 'committed', draws, v: 2 });
    for (const name of ['listPk', 'listSk', 'held', 'out']) expect(item).not.toHaveProperty(name);
  });

  it('is one of the two', async () => {
    const { holds, available } = await shelves();
    await holds.put(held);
    await holds.update(held, committed);
    expect(await holds.update(held, released)).toBe('contended');
    expect(await holds.update(held, committed)).toBe('contended');
    expect(await available()).toEqual([0, 2, 0]);
  });

  it.each(['committed', 'released'] as const)(
    '%s: a conflict with a transaction under way is contended',
    async (state) => {
      const { holds } = await shelves();
      await holds.put(held);
      const all = await Promise.all([holds.update(held, released), holds.update(held, { ...held, state, version: 2 })]);
      expect(all).toEqual(['done', 'contended']);
    },
  );
});

it('throws on what is no conflict', async () => {
  const broken = (operation: Operation, name: string): Operation =>
    name === 'TransactWriteItems'
      ? () => {
          throw new ServiceError('TransactionCanceledException', 'cancelled', {
            CancellationReasons: [{ Code: 'ValidationError' }],
          });
        }
      : operation;
  const { holds, rt } = await shelves(broken);
  await expect(holds.put(held)).rejects.toMatchObject({ name: 'TransactionCanceledException' });
  expect(await holdTable(rt).find(tenantId, orderId)).toBeUndefined();
});

it.each(['ThrottlingError', 'ProvisionedThroughputExceeded'])(
  'is contended where the table has no room: %s',
  async (Code) => {
    const throttled = (operation: Operation, name: string): Operation =>
      name === 'TransactWriteItems'
        ? () => {
            throw new ServiceError('TransactionCanceledException', 'cancelled', {
              CancellationReasons: [{ Code: 'None' }, { Code }],
            });
          }
        : operation;
    expect(await (await shelves(throttled)).holds.put(held)).toBe('contended');
  },
);

it('is contended while the same transaction is under way', async () => {
  const busy = (operation: Operation, name: string): Operation =>
    name === 'TransactWriteItems'
      ? () => {
          throw new ServiceError('TransactionInProgressException', 'in progress');
        }
      : operation;
  expect(await (await shelves(busy)).holds.put(held)).toBe('contended');
});

it('adds up what all pages of open holds keep of a SKU', async () => {
  const inSmallPages = (operation: Operation, name: string): Operation =>
    name === 'Query' ? (input, caller) => operation({ ...input, Limit: 2 }, caller) : operation;
  const { rt, holds, calls } = await shelves(inSmallPages);
  await stock(rt, mug, [50]);
  for (const id of ['o1', 'o2', 'o3', 'o4', 'o5'] as OrderId[])
    await holds.put(openHold({ tenantId, orderId: id }, [{ sku: mug, shard: 0, quantity: 2 }]));
  expect(await heldQuantity(rt)(tenantId, mug)).toBe(10);
  expect(await heldQuantity(rt)(tenantId, pot)).toBe(0);
  expect(calls.filter(({ operation }) => operation === 'Query').length).toBeGreaterThanOrEqual(6);
});
