import { expect, it } from 'vitest';
import { type Hold, openHold, releaseHold } from '#inventory/domain/hold';
import { withShards } from '#inventory/domain/sku-summary';
import { adjustmentTable } from '#inventory/table/adjustment-table';
import { holdTable } from '#inventory/table/hold-table';
import { stockTable } from '#inventory/table/stock-table';
import { adjustStock } from '#inventory/use-cases/adjust-stock';
import { countStock } from '#inventory/use-cases/count-stock';
import { holdStock } from '#inventory/use-cases/hold-stock';
import type { Holds, Stock } from '#inventory/use-cases/ports';
import { raiseShards } from '#inventory/use-cases/raise-shards';
import type { OrderId } from '#platform/kernel';
import { watchedTable } from '../platform/fixtures/watched-table.ts';
import { oneByOne } from './fixtures/one-by-one.ts';
import { order, patience, step } from './fixtures/ports.ts';
import { headOf, mug, stock, tenantId } from './fixtures/stock.ts';

type House = { readonly stock: Stock; readonly holds: Holds };
const part = (shard: number, quantity: number) => ({ sku: mug, shard, quantity });
const holdOf = (id: string, shard: number) => openHold({ tenantId, orderId: id as OrderId }, [part(shard, 1)]);

const move = ({ stock }: House) =>
  stock.shift(headOf(mug, { shards: 2 }), withShards(headOf(mug), 2), [part(1, -1), part(0, 1)]);
const swap = async ({ holds }: House) => {
  const other = holdOf('other', 0);
  const back = releaseHold(other) as { readonly value: Hold };
  await holds.update(other, back.value);
  await holds.put(holdOf('next', 1));
};
const raise = ({ stock }: House) => raiseShards(stock)(tenantId, mug, 4, patience(9));

/** The look reads the head, then shard 0, then the rest: `amid` happens once, before read number `at`. */
const torn = async (shards: readonly number[], at: number, amid: (house: House) => Promise<unknown>) => {
  let reads = -1;
  const between = async () => {
    if (reads < 0) return;
    reads += 1;
    if (reads !== at) return;
    reads = -1;
    await amid(house);
  };
  const { rt } = watchedTable({
    between: (operation, name) => (name === 'BatchGetItem' ? oneByOne(operation, between) : operation),
  });
  const house = { stock: stockTable(rt), holds: holdTable(rt), adjustments: adjustmentTable(rt) };
  await stock(rt, mug, shards);
  return {
    house,
    begin: () => {
      reads = 0;
    },
  };
};

it.each([
  ['a unit moved from a shard not yet read to one that was', [0, 1], 3, move],
  ['one unit came back and another was taken', [1, 1], 3, swap],
  [
    'the units moved on to new shards',
    [1],
    2,
    async (house: House) => {
      await raise(house);
      const [head] = await house.stock.summaries(tenantId, [mug]);
      if (head) await house.stock.shift(head, withShards(head, 4), [part(0, -1), part(3, 1)]);
    },
  ],
])('is no reason to refuse what was there all the time: %s', async (name, shards, at, amid) => {
  const one = { ...order, lines: [{ sku: mug, quantity: 1 }] };
  const { house, begin } = await torn(shards, at, amid);
  if (amid === swap) await house.holds.put(holdOf('other', 0));
  const ports = { ...house, orders: async () => one, pick: () => 0 };
  // its guess is a shard that has nothing, so it looks
  const ready = async () => {
    begin();
    return true;
  };
  let puts = 0;
  const holds = {
    ...house.holds,
    put: async (hold: Hold) => {
      if (puts++ > 0) return house.holds.put(hold);
      await ready();
      return 'contended' as const;
    },
  };
  expect(await holdStock({ ...ports, holds })(step, patience(9)), name).toMatchObject({ ok: true });
});

it('is no reason to say that there is too little to take away', async () => {
  const { house, begin } = await torn([0, 1], 4, move);
  const asked = { tenantId, id: 'a1', sku: mug, delta: -1, reason: 'broken' };
  begin();
  expect(await adjustStock({ ...house, pick: () => 0 })(asked, patience(9))).toMatchObject({ ok: true });
});

it('is not answered as a count of what was never there at once', async () => {
  const { house, begin } = await torn([1, 1], 3, async ({ holds }) => {
    const other = holdOf('other', 1);
    await holds.put(holdOf('next', 0));
    await holds.update(other, (releaseHold(other) as { readonly value: Hold }).value);
  });
  await house.holds.put(holdOf('other', 1));
  begin();
  const counted = await countStock(house.stock, async () => 1)(tenantId, mug, patience(9));
  expect(counted).toEqual({ ok: true, value: { sku: mug, available: 1, held: 1, sold: 0, shards: 2 } });
});
