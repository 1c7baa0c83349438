import { expect, it } from 'vitest';
import { emptySummary, withShards } from '#inventory/domain/sku-summary';
import { shardKey, summaryKey } from '#inventory/table/keys';
import { stockTable } from '#inventory/table/stock-table';
import { raiseShards } from '#inventory/use-cases/raise-shards';
import { watchedTable } from '../platform/fixtures/watched-table.ts';
import { patience } from './fixtures/ports.ts';
import { headOf, mug, stock, tenantId } from './fixtures/stock.ts';

const shelves = async (available: readonly number[]) => {
  const made = watchedTable();
  if (available.length > 0) await stock(made.rt, mug, available);
  const shard = async (n: number) => {
    const item = await made.itemAt(shardKey(tenantId, mug, n));
    return item && [item['received'], item['available'], item['v']];
  };
  return { ...made, table: stockTable(made.rt), shard, head: () => made.itemAt(summaryKey(tenantId, mug)) };
};
const part = (shard: number, quantity: number) => ({ sku: mug, shard, quantity });

it('moves what was received along with what is available, into shards that were not there, and tells nobody', async () => {
  const { table, shard, head, calls } = await shelves([5]);
  const from = headOf(mug);
  expect(await table.shift(from, withShards(from, 3), [part(0, -3), part(1, 2), part(2, 1)])).toBe('done');
  expect([await shard(0), await shard(1), await shard(2)]).toEqual([
    [2, 2, 2],
    [2, 2, 1],
    [1, 1, 1],
  ]);
  expect(await head()).toMatchObject({ shards: 3, depleted: false, v: 2 });
  expect(await head()).not.toHaveProperty('out');
  expect(calls.findLast(({ operation }) => operation === 'TransactWriteItems')?.units.write).toBe(8);
});

it('makes the head of a SKU that was never stocked', async () => {
  const { table, head } = await shelves([]);
  const from = emptySummary(tenantId, mug);
  expect(await table.shift(from, withShards(from, 16), [])).toBe('done');
  expect(await head()).toMatchObject({ shards: 16, depleted: true, v: 1 });
  expect(await table.shift(from, withShards(from, 8), [])).toBe('contended');
});

it.each([
  ['a shard has less', headOf(mug), -6, 'short'],
  ['the head moved on', headOf(mug, { version: 2 }), -1, 'contended'],
])('moves nothing where %s', async (_, from, quantity, outcome) => {
  const { table, shard, head } = await shelves([5]);
  expect(await table.shift(from, withShards(from, 2), [part(0, quantity), part(1, -quantity)])).toBe(outcome);
  expect([await shard(0), await shard(1)]).toEqual([[5, 5, 1], undefined]);
  expect(await head()).toMatchObject({ shards: 1, v: 1 });
});

it('is contended by an order that draws from the same shard', async () => {
  const { table } = await shelves([5]);
  const from = headOf(mug);
  const shift = () => table.shift(from, withShards(from, 2), [part(0, -1), part(1, 1)]);
  expect((await Promise.all([shift(), shift()])).toSorted()).toEqual(['contended', 'done']);
});

it.each([
  [4, 10],
  [16, 34],
  [64, 130],
])('raises one shard to %i for %i write units, as docs/stock.md says', async (count, units) => {
  const { table, calls } = await shelves([1_000]);
  calls.length = 0;
  expect(await raiseShards(table)(tenantId, mug, count, patience(0))).toMatchObject({ ok: true });
  expect(calls.reduce((sum, call) => sum + call.units.write, 0)).toBe(units);
});
