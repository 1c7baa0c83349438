import { expect, it } from 'vitest';
import type { Allocation } from '#inventory/domain/stock';
import { adjustStock } from '#inventory/use-cases/adjust-stock';
import { mug, summaryOf } from '../fixtures/stock.ts';
import {
  adjust,
  anAdjustment,
  emptyStock,
  fakeAdjustments,
  pick,
  retryTimes,
  stockOf,
  unstableStock,
} from './fixtures/ports.ts';

const replayed = { ok: true, value: { value: anAdjustment, replayed: true } };
const refused = (error: string) => ({ ok: false, error });

it('distributes received units over the shards, and takes units from the shards that have them', async () => {
  const put: unknown[] = [];
  const adjustments = {
    find: async () => undefined,
    put: async (_: unknown, summary: unknown, allocations: readonly Allocation[]) => {
      put.push(summary, allocations);
      return 'done' as const;
    },
  };
  const move = (delta: number, available: readonly number[]) =>
    adjustStock({ stock: stockOf(available), adjustments, pick })({ ...anAdjustment, delta }, retryTimes(0));
  expect(await move(3, [0, 0])).toMatchObject({
    ok: true,
    value: { value: { delta: 3 }, replayed: false },
  });
  expect(await move(-3, [2, 2])).toMatchObject({ ok: true, value: { value: { delta: -3 } } });
  const two = summaryOf(mug, { shards: 2 });
  const parts = (...quantities: number[]) => quantities.map((quantity, shard) => ({ sku: mug, shard, quantity }));
  expect(put).toEqual([two, parts(2, 1), two, parts(-2, -1)]);
});

it('stocks a SKU for the first time', async () => {
  const first = adjustStock({ stock: emptyStock, adjustments: fakeAdjustments(['done']), pick });
  expect(await first({ ...anAdjustment, delta: 1 }, retryTimes(0))).toMatchObject({ ok: true });
  expect(await first(anAdjustment, retryTimes(0))).toEqual(refused('insufficient_stock'));
});

it('takes no more than is available, but a replay is not refused', async () => {
  expect(await adjust(fakeAdjustments([]), stockOf([1]))).toEqual(refused('insufficient_stock'));
  expect(await adjust(fakeAdjustments([], anAdjustment), stockOf([1]))).toEqual(replayed);
  const other = { ...anAdjustment, requestDigest: 'another' };
  expect(await adjust(fakeAdjustments([], other), stockOf([1]))).toEqual(refused('key_reused'));
});

it('returns the existing adjustment under its id, and refuses another request for it', async () => {
  expect(await adjust(fakeAdjustments([anAdjustment]))).toEqual(replayed);
  expect(await adjust(fakeAdjustments([{ ...anAdjustment, requestDigest: 'another' }]))).toEqual(refused('key_reused'));
});

it('tries again after a conflict or a shard that had too little, until there is no time left', async () => {
  expect(await adjust(fakeAdjustments(['contended', 'short']))).toMatchObject({ ok: true });
  expect(await adjust(fakeAdjustments(['contended', 'contended']), stockOf([5]), 1)).toEqual(refused('conflict'));
});

it('does not report too little of stock that changes at every read', async () => {
  expect(await adjust(fakeAdjustments([]), unstableStock([1]), 3)).toEqual(refused('conflict'));
});
