import { describe, expect, it } from 'vitest';
import { emptySummary, type SkuSummary, withAvailability } from '#inventory/domain/sku-summary';
import { type Allocation, distribute } from '#inventory/domain/stock';
import { adjustmentTable } from '#inventory/table/adjustment-table';
import { adjustmentKey, shardKey, summaryKey } from '#inventory/table/keys';
import { summaryTable } from '#inventory/table/summary-table';
import { watchedTable } from '../platform/fixtures/watched-table.ts';
import { headOf, mug, pot, shardsOf, stock, tenantId } from './fixtures/stock.ts';

const received = { tenantId, id: 'a1', sku: mug, delta: 5, reason: 'received' };
const made = () => {
  const table = watchedTable();
  return { ...table, adjustments: adjustmentTable(table.rt), heads: summaryTable(table.rt) };
};
const event = (type: string, version: number, data: object) => ({
  id: expect.any(String),
  at: expect.any(String),
  ...{ type, tenantId, aggregateId: mug, version, data },
});
const none = emptySummary(tenantId, mug);

describe('an adjustment', () => {
  it('makes the head and the shards of a SKU that was never stocked, and tells of itself', async () => {
    const { adjustments, itemAt, heads, calls } = made();
    expect(await adjustments.put(received, none, distribute(mug, 5, 1, 0))).toBe('done');
    expect(calls.at(-1)?.units.write).toBe(6);
    expect(await itemAt(adjustmentKey(tenantId, 'a1'))).toMatchObject({ ...received, at: expect.any(String) });
    expect(await itemAt(summaryKey(tenantId, mug))).toMatchObject({
      ...{ pk: 'inventory#t1#head#mug', shards: 1, depleted: true, v: 1 },
      out: { v: 1, events: [event('StockAdjusted.v1', 1, { skus: [mug], delta: 5 })] },
    });
    const [head] = await heads.summaries(tenantId, [mug]);
    expect(head).toEqual({ ...none, version: 1 });
    expect(await heads.shards([head as SkuSummary])).toEqual(shardsOf(mug, [5]));
    expect(await adjustments.find(tenantId, 'a1')).toEqual(received);
    expect(await adjustments.find(tenantId, 'a2')).toBeUndefined();
  });

  it('happens once for each id', async () => {
    const { adjustments, itemAt } = made();
    await adjustments.put(received, none, distribute(mug, 5, 1, 0));
    expect(await adjustments.put({ ...received, delta: 7 }, none, distribute(mug, 7, 1, 0))).toEqual(received);
    expect(await itemAt(shardKey(tenantId, mug, 0))).toMatchObject({ available: 5 });
  });

  it.each<[string, SkuSummary, readonly Allocation[], string]>([
    ['a shard has less', headOf(mug), [{ sku: mug, shard: 0, quantity: -4 }], 'short'],
    ['the head moved on', headOf(mug, { version: 2 }), [{ sku: mug, shard: 0, quantity: -1 }], 'contended'],
    ['the head has come to be', none, [{ sku: mug, shard: 0, quantity: 1 }], 'contended'],
  ])('changes nothing where %s', async (_, head, draws, outcome) => {
    const { rt, adjustments, itemAt } = made();
    await stock(rt, mug, [3]);
    const delta = draws[0]?.quantity ?? 0;
    expect(await adjustments.put({ ...received, delta }, head, draws)).toBe(outcome);
    expect(await itemAt(shardKey(tenantId, mug, 0))).toMatchObject({ received: 3, available: 3 });
    expect(await itemAt(adjustmentKey(tenantId, 'a1'))).toBeUndefined();
  });

  it('takes what was received along with what is available', async () => {
    const { rt, adjustments, itemAt } = made();
    await stock(rt, mug, [3]);
    expect(await adjustments.put({ ...received, delta: -3 }, headOf(mug), [{ sku: mug, shard: 0, quantity: -3 }])).toBe(
      'done',
    );
    expect(await itemAt(shardKey(tenantId, mug, 0))).toMatchObject({ received: 0, available: 0 });
  });

  it('is contended by another at the same time', async () => {
    const { rt, adjustments } = made();
    await stock(rt, mug, [3]);
    const put = (id: string) => adjustments.put({ ...received, id }, headOf(mug), distribute(mug, 5, 1, 0));
    expect((await Promise.all([put('a1'), put('a2')])).toSorted()).toEqual(['contended', 'done']);
  });
});

describe('a head', () => {
  it.each([
    [0, 'InventoryDepleted.v1', headOf(mug)],
    [1, 'InventoryReplenished.v1', headOf(mug, { depleted: true })],
  ])('with %i available tells %s', async (available, type, from) => {
    const { rt, heads, itemAt, calls } = made();
    await stock(rt, mug, [3]);
    const to = withAvailability(from, available);
    expect(await heads.publish(from, to)).toBe(true);
    expect(calls.at(-1)?.units.write).toBe(1);
    expect(await itemAt(summaryKey(tenantId, mug))).toMatchObject({
      ...{ depleted: to.depleted, v: 2 },
      out: { v: 2, events: [event(type, 2, { sku: mug })] },
    });
    expect(await heads.publish(from, to)).toBe(false);
  });

  it('says that it lost to an adjustment under way', async () => {
    const { rt, adjustments, heads } = made();
    await stock(rt, mug, [3]);
    const both = [
      adjustments.put(received, headOf(mug), distribute(mug, 5, 1, 0)),
      heads.publish(headOf(mug), withAvailability(headOf(mug), 0)),
    ];
    expect(await Promise.all(both)).toEqual(['done', false]);
  });

  it('brings more shards than one call takes', async () => {
    const { rt, heads, calls } = made();
    const many = Array.from({ length: 64 }, (_, i) => i);
    await stock(rt, mug, many);
    await stock(rt, pot, many);
    calls.length = 0;
    const shards = await heads.shards([headOf(mug, { shards: 64 }), headOf(pot, { shards: 64 })]);
    expect(shards.map(({ available }) => available)).toEqual([...many, ...many]);
    expect(calls.map(({ operation }) => operation)).toEqual(['BatchGetItem', 'BatchGetItem']);
  });
});
