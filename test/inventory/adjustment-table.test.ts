import { describe, expect, it } from 'vitest';
import { emptySummary, type SkuSummary, withAvailability } from '#inventory/domain/sku-summary';
import { type Allocation, distribute } from '#inventory/domain/stock';
import { adjustmentTable } from '#inventory/table/adjustment-table';
import { adjustmentKey, shardKey, summaryKey } from '#inventory/table/keys';
import { summaryTable } from '#inventory/table/summary-table';
import { mug, pot, putStock, shardsOf, summaryOf, tenantId } from '../fixtures/stock.ts';
import { createTestTable } from '../fixtures/table.ts';

const received = { tenantId, id: 'a1', sku: mug, delta: 5, reason: 'received', requestDigest: 'digest' };
const createTables = () => {
  const table = createTestTable();
  return { ...table, adjustments: adjustmentTable(table.rt), summaries: summaryTable(table.rt) };
};
const event = (type: string, version: number, data: object) => ({
  id: expect.any(String),
  at: expect.any(String),
  ...{ type, tenantId, aggregateId: mug, version, data },
});
const noSummary = emptySummary(tenantId, mug);

describe('an adjustment', () => {
  it('creates the summary and the shards of a SKU without a stock record, and publishes its event', async () => {
    const { rt, adjustments, itemAt, summaries, calls } = createTables();
    expect(await adjustments.put(received, noSummary, distribute(mug, { quantity: 5, shards: 1, start: 0 }))).toBe(
      'done',
    );
    expect(calls.at(-1)?.units.write).toBe(6);
    expect(await itemAt(adjustmentKey(tenantId, 'a1'))).toMatchObject({ ...received, at: expect.any(String) });
    expect(await itemAt(summaryKey(tenantId, mug))).toMatchObject({
      ...{ pk: 'inventory#t1#head#mug', shards: 1, depleted: true, v: 1 },
      out: { v: 1, events: [event('StockAdjusted.v1', 1, { skus: [mug], delta: 5 })] },
    });
    const [summary] = await summaries.summaries(tenantId, [mug]);
    expect(summary).toEqual({ ...noSummary, version: 1 });
    expect(await summaries.shards([summary as SkuSummary])).toEqual(
      shardsOf(mug, [5]).map((shard) => ({ ...shard, changedAt: rt.now().toISOString() })),
    );
    expect(await adjustments.find(tenantId, 'a1')).toEqual(received);
    expect(await adjustments.find(tenantId, 'a2')).toBeUndefined();
  });

  it('happens once for each id', async () => {
    const { adjustments, itemAt } = createTables();
    await adjustments.put(received, noSummary, distribute(mug, { quantity: 5, shards: 1, start: 0 }));
    expect(
      await adjustments.put(
        { ...received, delta: 7 },
        noSummary,
        distribute(mug, { quantity: 7, shards: 1, start: 0 }),
      ),
    ).toEqual(received);
    expect(await itemAt(shardKey(tenantId, mug, 0))).toMatchObject({ available: 5 });
  });

  it.each<[string, { summary: SkuSummary; allocations: readonly Allocation[] }, string]>([
    ['a shard has less', { summary: summaryOf(mug), allocations: [{ sku: mug, shard: 0, quantity: -4 }] }, 'short'],
    [
      'the summary has changed',
      { summary: summaryOf(mug, { version: 2 }), allocations: [{ sku: mug, shard: 0, quantity: -1 }] },
      'contended',
    ],
    [
      'the summary was created',
      { summary: noSummary, allocations: [{ sku: mug, shard: 0, quantity: 1 }] },
      'contended',
    ],
  ])('changes nothing where %s', async (_, { summary, allocations }, outcome) => {
    const { rt, adjustments, itemAt } = createTables();
    await putStock(rt, { sku: mug, available: [3] });
    const delta = allocations[0]?.quantity ?? 0;
    expect(await adjustments.put({ ...received, delta }, summary, allocations)).toBe(outcome);
    expect(await itemAt(shardKey(tenantId, mug, 0))).toMatchObject({ received: 3, available: 3 });
    expect(await itemAt(adjustmentKey(tenantId, 'a1'))).toBeUndefined();
  });

  it('lowers the received and the available quantity', async () => {
    const { rt, adjustments, itemAt } = createTables();
    await putStock(rt, { sku: mug, available: [3] });
    expect(
      await adjustments.put({ ...received, delta: -3 }, summaryOf(mug), [{ sku: mug, shard: 0, quantity: -3 }]),
    ).toBe('done');
    expect(await itemAt(shardKey(tenantId, mug, 0))).toMatchObject({ received: 0, available: 0 });
  });

  it('is contended by another one at the same time', async () => {
    const { rt, adjustments } = createTables();
    await putStock(rt, { sku: mug, available: [3] });
    const put = (id: string) =>
      adjustments.put({ ...received, id }, summaryOf(mug), distribute(mug, { quantity: 5, shards: 1, start: 0 }));
    expect((await Promise.all([put('a1'), put('a2')])).toSorted()).toEqual(['contended', 'done']);
  });
});

describe('a summary', () => {
  it.each([
    [0, 'InventoryDepleted.v1', summaryOf(mug)],
    [1, 'InventoryReplenished.v1', summaryOf(mug, { depleted: true })],
  ])('with %i available publishes %s', async (available, type, from) => {
    const { rt, summaries, itemAt, calls } = createTables();
    await putStock(rt, { sku: mug, available: [3] });
    const to = withAvailability(from, available);
    expect(await summaries.publish(from, to)).toBe(true);
    expect(calls.at(-1)?.units.write).toBe(1);
    expect(await itemAt(summaryKey(tenantId, mug))).toMatchObject({
      ...{ depleted: to.depleted, v: 2 },
      out: { v: 2, events: [event(type, 2, { sku: mug })] },
    });
    expect(await summaries.publish(from, to)).toBe(false);
  });

  it('loses to an adjustment in progress', async () => {
    const { rt, adjustments, summaries } = createTables();
    await putStock(rt, { sku: mug, available: [3] });
    const both = [
      adjustments.put(received, summaryOf(mug), distribute(mug, { quantity: 5, shards: 1, start: 0 })),
      summaries.publish(summaryOf(mug), withAvailability(summaryOf(mug), 0)),
    ];
    expect(await Promise.all(both)).toEqual(['done', false]);
  });

  it('reads more shards than one call returns', async () => {
    const { rt, summaries, calls } = createTables();
    const many = Array.from({ length: 64 }, (_, i) => i);
    await putStock(rt, { sku: mug, available: many });
    await putStock(rt, { sku: pot, available: many });
    calls.length = 0;
    const shards = await summaries.shards([summaryOf(mug, { shards: 64 }), summaryOf(pot, { shards: 64 })]);
    expect(shards.map(({ available }) => available)).toEqual([...many, ...many]);
    expect(calls.map(({ operation }) => operation)).toEqual(['BatchGetItem', 'BatchGetItem']);
  });
});
