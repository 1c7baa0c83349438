import { expect, it } from 'vitest';
import type { Shard } from '#inventory/domain/stock';
import { countStock } from '#inventory/use-cases/count-stock';
import { mug, shardsOf, summaryOf, tenantId } from '../fixtures/stock.ts';
import { retryTimes } from './fixtures/ports.ts';

const [first, second] = shardsOf(mug, [4, 6]);
const taken = [
  { ...first, available: 1 },
  { ...second, available: 2 },
] as ReturnType<typeof shardsOf>;
const counted = { ok: true, value: { sku: mug, available: 3, taken: 7, changedAt: undefined, shards: 2 } };
/** Counts with these versions of the summary, one for each read; the last one repeats. */
const countWithVersions = (versions = [1], tries = 9) => {
  const left = [...versions];
  const summaries = async () => {
    const [version = 0] = left.length > 1 ? left.splice(0, 1) : left;
    return version === 0 ? [] : [summaryOf(mug, { shards: 2, version })];
  };
  return countStock({ summaries, shards: async () => taken })(tenantId, mug, retryTimes(tries));
};
/** Counts with these reads of the shards, one after the other; the last one repeats. */
const countWithReads = (reads: readonly (readonly Shard[])[], tries: number) => {
  const left = [...reads];
  const shards = async () => (left.length > 1 ? left.shift() : left[0]) as readonly Shard[];
  const summaries = async () => [summaryOf(mug, { shards: 2 })];
  return countStock({ summaries, shards })(tenantId, mug, retryTimes(tries));
};
const later = taken.map((shard) => ({ ...shard, version: shard.version + 1 }));

it('counts received units that are not available as taken', async () => {
  expect(await countWithVersions()).toEqual(counted);
});

it('finds when the latest change of any shard was made', async () => {
  const changed = taken.map((shard, n) => ({ ...shard, changedAt: `2026-01-0${2 - n}T00:00:00.000Z` }));
  expect(await countWithReads([changed], 9)).toMatchObject({ value: { changedAt: '2026-01-02T00:00:00.000Z' } });
});

it('finds no SKU without a stock record', async () => {
  expect(await countWithVersions([0])).toEqual({ ok: false, error: 'sku_not_found' });
});

it('counts again after units were moved during the count, until there is no time left', async () => {
  expect(await countWithVersions([1, 2, 2])).toEqual(counted);
  expect(await countWithVersions([1, 2, 3, 4], 1)).toMatchObject({
    ok: true,
    value: { available: 3, approximate: true },
  });
  expect(await countWithVersions([1, 0])).toEqual({ ok: false, error: 'sku_not_found' });
});

it('counts what two reads see alike, and is approximate where there is no time for them', async () => {
  expect(await countWithReads([later, taken], 9)).toEqual(counted);
  const approximate = { ok: true, value: { ...counted.value, approximate: true } };
  expect(await countWithReads([taken, later, taken, later], 1)).toEqual(approximate);
});
