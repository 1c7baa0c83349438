import { expect, it } from 'vitest';
import { available, received } from '#inventory/domain/stock';
import { holdTable } from '#inventory/table/hold-table';
import { stockTable } from '#inventory/table/stock-table';
import { holdStock } from '#inventory/use-cases/hold-stock';
import { raiseShards } from '#inventory/use-cases/raise-shards';
import { releaseStock } from '#inventory/use-cases/release-stock';
import type { OrderId, Sku } from '#platform/kernel';
import { mug, pot, putStock, tenantId } from '../fixtures/stock.ts';
import { createTestTable } from '../fixtures/table.ts';
import { retryTimes } from './fixtures/ports.ts';

const cup = 'cup' as Sku;
const oneEach = Array<number>(64).fill(1);
/** Three SKUs with one unit in each of 64 shards. */
const createShop = async () => {
  const { rt } = createTestTable();
  for (const sku of [mug, pot, cup]) await putStock(rt, { sku, available: oneEach });
  const [stock, holds] = [stockTable(rt), holdTable(rt)];
  const shardsOf = async (sku: Sku) => stock.shards(await stock.summaries(tenantId, [sku]));
  return {
    order(id: string, ...lines: (readonly [Sku, number])[]) {
      const step = { tenantId, orderId: id as OrderId, run: 1 };
      const order = {
        ...{ total: { amount: 1, currency: 'EUR' }, payment: { token: 'tok_ok' } },
        lines: lines.map(([sku, quantity]) => ({ sku, quantity })),
      };
      const ports = { orders: async () => order, stock, holds, pick: () => 0 };
      return {
        hold: () => holdStock(ports)(step, retryTimes(99)),
        release: () => releaseStock(ports)(step, retryTimes(99)),
      };
    },
    raise: (sku: Sku, count: number) => raiseShards(stock)({ tenantId, sku, shards: count }, retryTimes(99)),
    shardsOf,
    counts: async (sku: Sku) => {
      const shards = await shardsOf(sku);
      return [received(shards), available(shards)];
    },
  };
};

it('holds lines in more shards than one transaction can change, and releases them', async () => {
  const { order, counts } = await createShop();
  const large = order('o1', [mug, 64], [pot, 60]);
  const held = await large.hold();
  expect(held).toMatchObject({ ok: true });
  expect(held.ok && held.value.allocations.length).toBeLessThanOrEqual(90);
  expect([await counts(mug), await counts(pot)]).toEqual([
    [64, 0],
    [64, 4],
  ]);
  await large.release();
  expect([await counts(mug), await counts(pot)]).toEqual([
    [64, 64],
    [64, 64],
  ]);
});

it('refuses no order for scattered stock at the same time as another, while there is enough for both', async () => {
  const { order, counts } = await createShop();
  const lines = [mug, pot, cup].map((sku) => [sku, 31] as const);
  const held = await Promise.all([order('o1', ...lines).hold(), order('o2', ...lines).hold()]);
  expect(held.map(({ ok }) => ok)).toEqual([true, true]);
  for (const sku of [mug, pot, cup]) expect(await counts(sku)).toEqual([64, 2]);
  expect(await order('o3', ...lines).hold()).toEqual({ ok: false, error: 'out_of_stock' });
});

it('releases to the shards of the allocations, after the stock was distributed again', async () => {
  const { order, raise, shardsOf } = await createShop();
  const [small, large] = [order('o1', [mug, 1]), order('o2', [mug, 50])];
  await small.hold();
  await large.hold();
  expect(await raise(mug, 64)).toMatchObject({ ok: true, value: { version: 1 } });
  await small.release();
  await large.release();
  expect((await shardsOf(mug)).map((shard) => [shard.received, shard.available])).toEqual(oneEach.map(() => [1, 1]));
});
