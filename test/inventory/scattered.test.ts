import { expect, it } from 'vitest';
import { available, received } from '#inventory/domain/stock';
import { holdTable } from '#inventory/table/hold-table';
import { stockTable } from '#inventory/table/stock-table';
import { holdStock } from '#inventory/use-cases/hold-stock';
import { raiseShards } from '#inventory/use-cases/raise-shards';
import { releaseStock } from '#inventory/use-cases/release-stock';
import type { OrderId, Sku } from '#platform/kernel';
import { watchedTable } from '../platform/fixtures/watched-table.ts';
import { patience } from './fixtures/ports.ts';
import { mug, pot, stock, tenantId } from './fixtures/stock.ts';

const cup = 'cup' as Sku;
const thin = Array<number>(64).fill(1);
const shop = async () => {
  const { rt } = watchedTable();
  for (const sku of [mug, pot, cup]) await stock(rt, sku, thin);
  const [shelves, holds] = [stockTable(rt), holdTable(rt)];
  const looked = async (sku: Sku) => shelves.shards(await shelves.summaries(tenantId, [sku]));
  return {
    order(id: string, ...lines: (readonly [Sku, number])[]) {
      const step = { tenantId, orderId: id as OrderId, run: 1 };
      const order = {
        ...{ total: { amount: 1, currency: 'EUR' }, payment: { token: 'tok_ok' } },
        lines: lines.map(([sku, quantity]) => ({ sku, quantity })),
      };
      const ports = { orders: async () => order, stock: shelves, holds, pick: () => 0 };
      return {
        hold: () => holdStock(ports)(step, patience(99)),
        release: () => releaseStock(ports)(step, patience(99)),
      };
    },
    raise: (sku: Sku, count: number) => raiseShards(shelves)(tenantId, sku, count, patience(99)),
    looked,
    counts: async (sku: Sku) => {
      const shards = await looked(sku);
      return [received(shards), available(shards)];
    },
  };
};

it('holds lines that span more shards than one transaction takes, and gives them back', async () => {
  const { order, counts } = await shop();
  const all = order('o1', [mug, 64], [pot, 60]);
  const held = await all.hold();
  expect(held).toMatchObject({ ok: true });
  expect(held.ok && held.value.allocations.length).toBeLessThanOrEqual(90);
  expect([await counts(mug), await counts(pot)]).toEqual([
    [64, 0],
    [64, 4],
  ]);
  await all.release();
  expect([await counts(mug), await counts(pot)]).toEqual([
    [64, 64],
    [64, 64],
  ]);
});

it('refuses none of those who ask for scattered stock at once, while there is enough for all', async () => {
  const { order, counts } = await shop();
  const lines = [mug, pot, cup].map((sku) => [sku, 31] as const);
  const held = await Promise.all([order('o1', ...lines).hold(), order('o2', ...lines).hold()]);
  expect(held.map(({ ok }) => ok)).toEqual([true, true]);
  for (const sku of [mug, pot, cup]) expect(await counts(sku)).toEqual([64, 2]);
  expect(await order('o3', ...lines).hold()).toEqual({ ok: false, error: 'out_of_stock' });
});

it('releases to the shards that were drawn from, after the stock was spread anew', async () => {
  const { order, raise, looked } = await shop();
  const [few, most] = [order('o1', [mug, 1]), order('o2', [mug, 50])];
  await few.hold();
  await most.hold();
  expect(await raise(mug, 64)).toMatchObject({ ok: true, value: { version: 1 } });
  await few.release();
  await most.release();
  expect((await looked(mug)).map((shard) => [shard.received, shard.available])).toEqual(thin.map(() => [1, 1]));
});
