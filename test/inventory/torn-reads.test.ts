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
import { mug, putStock, summaryOf, tenantId } from '../fixtures/stock.ts';
import { createTestTable } from '../fixtures/table.ts';
import { order, retryTimes, step } from './fixtures/ports.ts';
import { readOneByOne } from './fixtures/torn-reads.ts';

type Tables = { readonly stock: Stock; readonly holds: Holds };
const allocation = (shard: number, quantity: number) => ({ sku: mug, shard, quantity });
const holdOf = (id: string, shard: number) => openHold({ tenantId, orderId: id as OrderId }, [allocation(shard, 1)]);
const released = (hold: Hold) => (releaseHold(hold) as { readonly value: Hold }).value;

const moveUnit = ({ stock }: Tables) =>
  stock.shift(summaryOf(mug, { shards: 2 }), withShards(summaryOf(mug), 2), [allocation(1, -1), allocation(0, 1)]);
const releaseAndHold = async ({ holds }: Tables) => {
  const other = holdOf('other', 0);
  await holds.update(other, released(other));
  await holds.put(holdOf('next', 1));
};
const raiseAndMove = async ({ stock }: Tables) => {
  await raiseShards(stock)({ tenantId, sku: mug, shards: 4 }, retryTimes(9));
  const [summary] = await stock.summaries(tenantId, [mug]);
  if (summary) await stock.shift(summary, withShards(summary, 4), [allocation(0, -1), allocation(3, 1)]);
};

/** A read is torn: `change` runs once, before read number `at` (1 is the summary, 2 is shard 0, and so on). */
const createTornReads = async (shards: readonly number[], at: number, change: (tables: Tables) => Promise<unknown>) => {
  let reads: number | undefined;
  const beforeRead = async () => {
    if (reads === undefined) return;
    reads += 1;
    if (reads !== at) return;
    reads = undefined;
    await change(tables);
  };
  const { rt } = createTestTable({
    intercept: (operation, name) => (name === 'BatchGetItem' ? readOneByOne(operation, beforeRead) : operation),
  });
  const tables = { stock: stockTable(rt), holds: holdTable(rt), adjustments: adjustmentTable(rt) };
  await putStock(rt, { sku: mug, available: shards });
  return {
    tables,
    /** Counts the reads from here on. */
    start: () => {
      reads = 0;
    },
  };
};

it.each([
  ['a unit moved from a shard not yet read to one already read', { shards: [0, 1], at: 3, change: moveUnit }],
  ['one unit was released and another was held', { shards: [1, 1], at: 3, change: releaseAndHold }],
  ['the units moved to new shards', { shards: [1], at: 2, change: raiseAndMove }],
])('does not refuse an order for stock that was available all the time: %s', async (name, { shards, at, change }) => {
  const smallOrder = { ...order, lines: [{ sku: mug, quantity: 1 }] };
  const { tables, start } = await createTornReads(shards, at, change);
  if (change === releaseAndHold) await tables.holds.put(holdOf('other', 0));
  let puts = 0;
  const holds = {
    ...tables.holds,
    // the guess fails, so the shards are read
    put: async (hold: Hold) => {
      if (puts++ > 0) return tables.holds.put(hold);
      start();
      return 'contended' as const;
    },
  };
  const hold = holdStock({ ...tables, holds, orders: async () => smallOrder, pick: () => 0 });
  expect(await hold(step, retryTimes(9)), name).toMatchObject({ ok: true });
});

it('does not refuse an adjustment for stock that was available all the time', async () => {
  const { tables, start } = await createTornReads([0, 1], 4, moveUnit);
  const request = { tenantId, id: 'a1', sku: mug, delta: -1, reason: 'broken', requestDigest: 'digest' };
  start();
  expect(await adjustStock({ ...tables, pick: () => 0 })(request, retryTimes(9))).toMatchObject({ ok: true });
});

it('does not return a count that never existed at one moment', async () => {
  const { tables, start } = await createTornReads([1, 1], 3, async ({ holds }) => {
    const other = holdOf('other', 1);
    await holds.put(holdOf('next', 0));
    await holds.update(other, released(other));
  });
  await tables.holds.put(holdOf('other', 1));
  start();
  const counted = await countStock(tables.stock)(tenantId, mug, retryTimes(9));
  expect(counted).toMatchObject({ ok: true, value: { sku: mug, available: 1, taken: 1, shards: 2 } });
});
