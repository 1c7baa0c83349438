import { expect, it } from 'vitest';
import type { Allocation } from '#inventory/domain/stock';
import { adjustStock } from '#inventory/use-cases/adjust-stock';
import {
  adjust,
  adjustmentsAnswering,
  anAdjustment,
  noStock,
  patience,
  pick,
  restless,
  shelf,
} from './fixtures/ports.ts';
import { headOf, mug } from './fixtures/stock.ts';

const refused = (error: string) => ({ ok: false, error });

it('spreads what comes in over the shards, and takes from those that have', async () => {
  const put: unknown[] = [];
  const adjustments = {
    find: async () => undefined,
    put: async (_: unknown, head: unknown, draws: readonly Allocation[]) => {
      put.push(head, draws);
      return 'done' as const;
    },
  };
  const move = (delta: number, available: readonly number[]) =>
    adjustStock({ stock: shelf(available), adjustments, pick })({ ...anAdjustment, delta }, patience(0));
  expect(await move(3, [0, 0])).toMatchObject({ ok: true, value: { delta: 3 } });
  expect(await move(-3, [2, 2])).toMatchObject({ ok: true, value: { delta: -3 } });
  const two = headOf(mug, { shards: 2 });
  const parts = (...quantities: number[]) => quantities.map((quantity, shard) => ({ sku: mug, shard, quantity }));
  expect(put).toEqual([two, parts(2, 1), two, parts(-2, -1)]);
});

it('stocks a SKU for the first time', async () => {
  const first = adjustStock({ stock: noStock, adjustments: adjustmentsAnswering(['done']), pick });
  expect(await first({ ...anAdjustment, delta: 1 }, patience(0))).toMatchObject({ ok: true });
  expect(await first(anAdjustment, patience(0))).toEqual(refused('insufficient_stock'));
});

it('takes no more than there is; but a replay is no refusal', async () => {
  expect(await adjust(adjustmentsAnswering([]), shelf([1]))).toEqual(refused('insufficient_stock'));
  expect(await adjust(adjustmentsAnswering([], anAdjustment), shelf([1]))).toEqual({ ok: true, value: anAdjustment });
  const other = { ...anAdjustment, delta: -3 };
  expect(await adjust(adjustmentsAnswering([], other), shelf([1]))).toEqual(refused('key_reused'));
});

it('meets the adjustment that stands under its id', async () => {
  expect(await adjust(adjustmentsAnswering([anAdjustment]))).toEqual({ ok: true, value: anAdjustment });
  expect(await adjust(adjustmentsAnswering([{ ...anAdjustment, reason: 'lost' }]))).toEqual(refused('key_reused'));
});

it('tries again after a conflict or a shard that fell short, until there is no time left', async () => {
  expect(await adjust(adjustmentsAnswering(['contended', 'short']))).toMatchObject({ ok: true });
  expect(await adjust(adjustmentsAnswering(['contended', 'contended']), shelf([5]), 1)).toEqual(refused('conflict'));
});

it('does not say that there is too little of what changes at every look', async () => {
  expect(await adjust(adjustmentsAnswering([]), restless([1]), 3)).toEqual(refused('conflict'));
});
