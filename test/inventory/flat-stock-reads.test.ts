import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { openHold, releaseHold } from '#inventory/domain/hold';
import { COUNT_INTERVAL_MS, COUNT_LEASE_MS, chunkOf, MAX_COUNT_AGE_MS } from '#inventory/domain/stock-counts';
import { countRequests, countWriter } from '#inventory/table/count-table';
import { holdTable } from '#inventory/table/hold-table';
import { countStateKey, holdKey, openHoldShard, shardKey } from '#inventory/table/keys';
import { heldBySku } from '#inventory/table/open-holds';
import { stockTable } from '#inventory/table/stock-table';
import { countHolds } from '#inventory/use-cases/count-holds';
import { countStock } from '#inventory/use-cases/count-stock';
import { readStock } from '#inventory/use-cases/read-stock';
import { addMs, type OrderId, type Sku } from '#platform/kernel';
import { type Operation, ServiceError } from '../../embedded/aws/service.ts';
import { at } from '../fixtures/order.ts';
import { mug, pot, putStock, tenantId } from '../fixtures/stock.ts';
import { createTestTable } from '../fixtures/table.ts';
import { retryTimes } from './fixtures/ports.ts';

const noBackoff = retryTimes(0);

/**
 * The stock of a tenant, its reader and the worker that counts, on a clock of their own. `whileWaiting` runs at each wait of the reader.
 */
const createShop = async ({
  whileWaiting = async () => {},
  intercept,
}: {
  readonly whileWaiting?: () => Promise<unknown>;
  readonly intercept?: (operation: Operation, name: string) => Operation;
} = {}) => {
  const table = createTestTable(intercept && { intercept });
  let time = at;
  const pass = (ms: number) => {
    time = addMs(time, ms);
  };
  const rt: typeof table.rt = Object.create(table.rt, { now: { value: () => new Date(time) } });
  await putStock(rt, { sku: mug, available: [100_000] });
  const now = () => time;
  const holds = holdTable(rt);
  const count = countHolds({
    ...{ counts: countWriter(rt), stock: stockTable(rt), heldBySku: heldBySku(rt), now },
    sleep: async (ms) => pass(ms),
  });
  const read = readStock({
    countStock: countStock(stockTable(rt)),
    ...{ counts: countRequests(rt), now },
    sleep: async (ms) => {
      pass(ms);
      await whileWaiting();
    },
  });
  let orders = 0;
  const hold = async (sku: Sku, quantity: number) => {
    const placed = openHold({ tenantId, orderId: `order-${++orders}` as OrderId }, [{ sku, shard: 0, quantity }]);
    expect(await holds.put(placed)).toBe('done');
    return placed;
  };
  return {
    ...{ ...table, rt, holds, pass, now, hold },
    count: () => count({ tenantId, requestedAt: time }),
    countRequestedAt: (requestedAt: string) => count({ tenantId, requestedAt }),
    read: async (sku = mug) => {
      const response = await read(tenantId, sku, noBackoff);
      if (!response.ok) throw new Error(response.error);
      return response.value;
    },
    readUnknown: () => read(tenantId, 'unknown' as Sku, noBackoff),
    commit: async (held: Awaited<ReturnType<typeof hold>>) =>
      expect(await holds.update(held, { ...held, state: 'committed', version: 2 })).toBe('done'),
    release: async (held: Awaited<ReturnType<typeof hold>>) => {
      const released = releaseHold(held);
      expect(released.ok && (await holds.update(held, released.value))).toBe('done');
    },
    /** Index entries of open holds of many SKUs, without their stock. */
    putOpenHolds: async (length: number, skusOf: (n: number) => readonly string[]) => {
      const TableName = rt.env('TABLE_NAME');
      for (let n = 0; n < length; n += 1) {
        const orderId = `many-${n}` as OrderId;
        const held = { skus: skusOf(n), quantities: skusOf(n).map(() => 1) };
        const Item = {
          ...holdKey(tenantId, orderId),
          listPk: openHoldShard(tenantId, orderId, 1),
          listSk: orderId,
          held,
        };
        await rt.db.send(new PutCommand({ TableName, Item }));
      }
    },
    requests: () =>
      table.records.flatMap(({ dynamodb }) => {
        const image = dynamodb.NewImage ?? {};
        return 'leaseUntil' in image ? [image] : [];
      }),
    /** The calls and units of one read. */
    costOf: async (act: () => Promise<unknown>) => {
      table.calls.length = 0;
      await act();
      return table.calls.map(({ operation, units }) => ({ operation, units }));
    },
  };
};

describe('a read of stock', () => {
  it('costs the same calls and units with 3,000 open holds as with none', { timeout: 60_000 }, async () => {
    const costs = [];
    for (const holdCount of [0, 3_000]) {
      const { putOpenHolds, count, pass, read, costOf } = await createShop();
      await putOpenHolds(holdCount, (n) => ['mug', `sku-${n}`]);
      expect(await count()).toMatchObject({ ok: true });
      pass(500);
      costs.push(await costOf(() => read()));
    }
    expect(costs[1]).toEqual(costs[0]);
    expect(costs[0]?.map(({ operation }) => operation).toSorted()).toEqual(
      ['BatchGetItem', 'BatchGetItem', 'BatchGetItem', 'GetItem', 'GetItem'].toSorted(),
    );
  });

  it('splits the taken units as they were counted, and says when', async () => {
    const { hold, commit, pass, count, read, now } = await createShop();
    await commit(await hold(mug, 4));
    await hold(mug, 3);
    pass(100);
    const countedAt = now();
    await count();
    expect(await read()).toEqual({
      ...{ sku: mug, available: 99_993, taken: 7, shards: 1 },
      ...{ held: 3, sold: 4, countedAt },
    });
  });

  it('shows none of ten orders as sold that were placed after the count, and all ten as held', async () => {
    const { hold, commit, pass, count, read } = await createShop();
    await commit(await hold(mug, 4));
    await hold(mug, 1);
    pass(100);
    await count();
    for (let n = 0; n < 10; n += 1) await hold(mug, 1);
    expect(await read()).toMatchObject({ taken: 15, held: 11, sold: 4 });
  });

  it('shows no split of a SKU that was in no hold when it was counted and has been held since', async () => {
    const { hold, pass, count, read } = await createShop();
    await count();
    for (let n = 0; n < 10; n += 1) await hold(mug, 1);
    expect(Object.keys(await read())).toEqual(['sku', 'available', 'taken', 'shards']);
    pass(COUNT_INTERVAL_MS);
    await count();
    expect(await read()).toMatchObject({ taken: 10, held: 10, sold: 0 });
  });

  it('shows no split that is older than 10 s', async () => {
    const { hold, pass, count, read } = await createShop();
    await hold(mug, 3);
    pass(100);
    await count();
    pass(MAX_COUNT_AGE_MS - 1_000);
    expect(await read()).toMatchObject({ held: 3, sold: 0 });
    pass(1_000);
    const stock = await read();
    expect(stock).toMatchObject({ available: 99_997, taken: 3 });
    expect(stock).not.toHaveProperty('held');
    expect(stock).not.toHaveProperty('sold');
  });

  it('waits for the count that it requested if it has no split to show', async () => {
    let waits = 0;
    const shop: Awaited<ReturnType<typeof createShop>> = await createShop({
      whileWaiting: async () => {
        waits += 1;
        if (waits === 2) await shop.count();
      },
    });
    await shop.hold(mug, 3);
    shop.pass(100);
    expect(await shop.read()).toMatchObject({ held: 3, sold: 0 });
    expect(waits).toBe(2);
    shop.pass(COUNT_INTERVAL_MS);
    expect(await shop.read()).toMatchObject({ held: 3, sold: 0 });
    expect([waits, shop.requests().length]).toEqual([2, 2]);
  });

  it('waits at most 2 s for it, and then has no split', async () => {
    const { read, now } = await createShop();
    const before = now();
    expect(await read()).not.toHaveProperty('held');
    expect(Date.parse(now()) - Date.parse(before)).toBe(2_000);
  });

  it('finds a SKU gone that is removed while it waits', async () => {
    const shop: Awaited<ReturnType<typeof createShop>> = await createShop({
      whileWaiting: async () => {
        await shop.count();
        gone = true;
      },
      intercept: (operation, name) => (input, caller) =>
        name === 'BatchGetItem' && gone ? { Responses: {} } : operation(input, caller),
    });
    let gone = false;
    await expect(shop.read()).rejects.toThrow('sku_not_found');
  });

  it('requests no count for a SKU without a stock record', async () => {
    const { readUnknown, requests } = await createShop();
    expect(await readUnknown()).toEqual({ ok: false, error: 'sku_not_found' });
    expect(requests()).toEqual([]);
  });

  it('is answered where the request for a count fails', async () => {
    const { read } = await createShop({
      intercept: (operation, name) => (input, caller) => {
        if (name === 'PutItem' && JSON.stringify(input).includes('#counts#'))
          throw new ServiceError('ProvisionedThroughputExceededException', 'too much');
        return operation(input, caller);
      },
    });
    expect(await read()).toMatchObject({ available: 100_000, taken: 0 });
  });
});

describe('a count of open holds', () => {
  it('is requested once in two seconds, however many read', async () => {
    const { read, pass, count, requests } = await createShop();
    await count();
    for (let second = 0; second < 10; second += 1) {
      pass(1_000);
      const before = requests().length;
      await Promise.all(Array.from({ length: 20 }, () => read()));
      if (requests().length > before) await count();
    }
    expect(requests().length).toBeLessThanOrEqual(5);
    expect(requests().length).toBeGreaterThanOrEqual(4);
  });

  it('is requested again once the lease of one that died has ended', async () => {
    const { read, pass, requests } = await createShop();
    await read();
    pass(COUNT_LEASE_MS - 2_001);
    await read();
    expect(requests()).toHaveLength(1);
    pass(1);
    await read();
    expect(requests()).toHaveLength(2);
  });

  it('publishes its request with the lease, to the worker of the tenant', async () => {
    const { read, itemAt } = await createShop();
    await read();
    const item = await itemAt(countStateKey(tenantId));
    expect(item).toMatchObject({
      ...{ v: 1, chunks: 0, leaseUntil: addMs(at, COUNT_LEASE_MS) },
      out: { v: 1, events: [{ type: 'StockCountRequested.v1', tenantId, aggregateId: tenantId, data: {} }] },
    });
  });

  it('ends the lease and publishes nothing', async () => {
    const { read, count, itemAt, now } = await createShop();
    await read();
    const countedAt = now();
    await count();
    expect(await itemAt(countStateKey(tenantId))).toEqual({
      ...countStateKey(tenantId),
      ...{ tenantId, chunks: 1, countedAt, v: 2 },
    });
  });

  it('is not made twice for one request', async () => {
    const { count, countRequestedAt, now } = await createShop();
    const requestedAt = now();
    expect(await count()).toMatchObject({ ok: true });
    expect(await countRequestedAt(requestedAt)).toEqual({ ok: false, error: 'already_counted' });
  });

  it('finds the SKUs of a tenant that has 20,000 in open holds, at the cost of one', { timeout: 60_000 }, async () => {
    const { putOpenHolds, rt, pass, count, read, costOf } = await createShop();
    await putOpenHolds(1_000, (hold) => Array.from({ length: 20 }, (_, n) => `sku-${hold * 20 + n}`));
    for (const sku of ['sku-0', 'sku-19999'] as Sku[]) await putStock(rt, { sku, available: [5] });
    pass(100);
    expect(await count()).toMatchObject({ ok: true });
    pass(COUNT_INTERVAL_MS);
    expect(await count()).toMatchObject({ ok: true });
    const costs = [];
    for (const sku of ['sku-0', 'sku-19999'] as Sku[]) costs.push(await costOf(() => read(sku)));
    expect(costs[0]).toHaveLength(5);
    expect(costs[1]).toHaveLength(5);
    for (const call of costs.flat()) expect(call.units.read).toBeLessThanOrEqual(2);
  });

  it('is not made of more holds or SKUs than it can store', { timeout: 60_000 }, async () => {
    const counts = { ...countWriter((await createShop()).rt) };
    const countOf = (held: ReadonlyMap<Sku, number> | undefined) =>
      countHolds({
        ...{ counts, now: () => at, sleep: async () => {} },
        stock: { summaries: async () => [], shards: async () => [] },
        heldBySku: async () => held,
      })({ tenantId, requestedAt: at });
    expect(await countOf(undefined)).toEqual({ ok: false, error: 'too_many_holds' });
    const inOneChunk = new Map<Sku, number>();
    for (let n = 0; inOneChunk.size <= 2_000; n += 1)
      if (chunkOf(`${n}` as Sku, 1_024) === 0) inOneChunk.set(`${n}` as Sku, 1);
    expect(await countOf(inOneChunk)).toEqual({ ok: false, error: 'too_many_skus' });
  });

  it('of another distribution than the state names is not used', async () => {
    const { read, count, rt, pass } = await createShop();
    await count();
    const counts = countRequests(rt);
    const state = await counts.findState(tenantId);
    expect(await counts.findChunk(state, pot)).toBeDefined();
    for (let n = 0; n < 64; n += 1)
      expect(await counts.findChunk({ ...state, chunks: 2 }, `${n}` as Sku)).toBeUndefined();
    pass(100);
    expect(await read()).toMatchObject({ held: 0, sold: 0 });
  });

  it('knows of each shard when it changed last, at no further write unit', async () => {
    const { hold, itemAt, calls, now } = await createShop();
    await hold(mug, 1);
    expect(await itemAt(shardKey(tenantId, mug, 0))).toMatchObject({ changedAt: now() });
    expect(calls.find(({ operation }) => operation === 'TransactWriteItems')?.units.write).toBe(5);
  });
});
