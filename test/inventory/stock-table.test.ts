import { expect, it } from 'vitest';
import { emptySummary, withShards } from '#inventory/domain/sku-summary';
import { shardKey, summaryKey } from '#inventory/table/keys';
import { stockTable } from '#inventory/table/stock-table';
import { raiseShards } from '#inventory/use-cases/raise-shards';
import { mug, putStock, summaryOf, tenantId } from '../fixtures/stock.ts';
import { createTestTable } from '../fixtures/table.ts';
import { retryTimes } from './fixtures/ports.ts';

const createStock = async (available: readonly number[]) => {
  const table = createTestTable();
  if (available.length > 0) await putStock(table.rt, { sku: mug, available });
  const shard = async (n: number) => {
    const item = await table.itemAt(shardKey(tenantId, mug, n));
    return item && [item['received'], item['available'], item['v']];
  };
  return { ...table, stock: stockTable(table.rt), shard, summary: () => table.itemAt(summaryKey(tenantId, mug)) };
};
const change = (shard: number, quantity: number) => ({ sku: mug, shard, quantity });

it('moves received and available units together, into new shards too, and publishes nothing', async () => {
  const { stock, shard, summary, calls } = await createStock([5]);
  const from = summaryOf(mug);
  expect(await stock.shift(from, withShards(from, 3), [change(0, -3), change(1, 2), change(2, 1)])).toBe('done');
  expect([await shard(0), await shard(1), await shard(2)]).toEqual([
    [2, 2, 2],
    [2, 2, 1],
    [1, 1, 1],
  ]);
  expect(await summary()).toMatchObject({ shards: 3, depleted: false, v: 2 });
  expect(await summary()).not.toHaveProperty('out');
  expect(calls.findLast(({ operation }) => operation === 'TransactWriteItems')?.units.write).toBe(8);
});

it('creates the summary of a SKU without a stock record', async () => {
  const { stock, summary } = await createStock([]);
  const from = emptySummary(tenantId, mug);
  expect(await stock.shift(from, withShards(from, 16), [])).toBe('done');
  expect(await summary()).toMatchObject({ shards: 16, depleted: true, v: 1 });
  expect(await stock.shift(from, withShards(from, 8), [])).toBe('contended');
});

it.each([
  ['a shard has less', { from: summaryOf(mug), quantity: -6 }, 'short'],
  ['the summary has changed', { from: summaryOf(mug, { version: 2 }), quantity: -1 }, 'contended'],
])('moves nothing where %s', async (_, { from, quantity }, outcome) => {
  const { stock, shard, summary } = await createStock([5]);
  expect(await stock.shift(from, withShards(from, 2), [change(0, quantity), change(1, -quantity)])).toBe(outcome);
  expect([await shard(0), await shard(1)]).toEqual([[5, 5, 1], undefined]);
  expect(await summary()).toMatchObject({ shards: 1, v: 1 });
});

it('is contended by another transaction on the same shard', async () => {
  const { stock } = await createStock([5]);
  const from = summaryOf(mug);
  const shift = () => stock.shift(from, withShards(from, 2), [change(0, -1), change(1, 1)]);
  expect((await Promise.all([shift(), shift()])).toSorted()).toEqual(['contended', 'done']);
});

it.each([
  [4, 10],
  [16, 34],
  [64, 130],
])('raises one shard to %i with %i write units, as docs/stock.md says', async (count, units) => {
  const { stock, calls } = await createStock([1_000]);
  calls.length = 0;
  expect(await raiseShards(stock)({ tenantId, sku: mug, shards: count }, retryTimes(0))).toMatchObject({ ok: true });
  expect(calls.reduce((sum, call) => sum + call.units.write, 0)).toBe(units);
});
