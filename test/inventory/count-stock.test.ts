import { expect, it } from 'vitest';
import type { Shard } from '#inventory/domain/stock';
import { countStock } from '#inventory/use-cases/count-stock';
import { patience } from './fixtures/ports.ts';
import { headOf, mug, shardsOf, tenantId } from './fixtures/stock.ts';

const [first, second] = shardsOf(mug, [4, 6]);
const taken = [
  { ...first, available: 1 },
  { ...second, available: 2 },
] as ReturnType<typeof shardsOf>;
const counted = { ok: true, value: { sku: mug, available: 3, held: 3, sold: 4, shards: 2 } };
/** `versions` are those of the head, one look after the other; the last one stays. */
const counting = (open: number, versions = [1], tries = 9) => {
  const left = [...versions];
  const heads = async () => {
    const [version = 0] = left.length > 1 ? left.splice(0, 1) : left;
    return version === 0 ? [] : [headOf(mug, { shards: 2, version })];
  };
  return countStock({ summaries: heads, shards: async () => taken }, async () => open)(tenantId, mug, patience(tries));
};
/** The same, with these looks at the shards, one after the other; the last one stays. */
const looking = (looks: readonly (readonly Shard[])[], tries: number) => {
  const left = [...looks];
  const shards = async () => (left.length > 1 ? left.shift() : left[0]) as readonly Shard[];
  const heads = async () => [headOf(mug, { shards: 2 })];
  return countStock({ summaries: heads, shards }, async () => 3)(tenantId, mug, patience(tries));
};
const later = taken.map((shard) => ({ ...shard, version: shard.version + 1 }));

it('takes what is neither available nor held for sold', async () => {
  expect(await counting(3)).toEqual(counted);
});

it('never says less than nothing was sold, however far the index lags behind', async () => {
  expect(await counting(9)).toMatchObject({ ok: true, value: { available: 3, held: 7, sold: 0 } });
});

it('does not know what was never stocked', async () => {
  expect(await counting(0, [0])).toEqual({ ok: false, error: 'sku_not_found' });
});

it('counts anew what was moved meanwhile, until there is no time left', async () => {
  expect(await counting(3, [1, 2, 2])).toEqual(counted);
  expect(await counting(3, [1, 2, 3, 4], 1)).toMatchObject({ ok: true, value: { available: 3, approximate: true } });
  expect(await counting(3, [1, 0])).toEqual({ ok: false, error: 'sku_not_found' });
});

it('counts what two looks show alike, and says so where there is no time for such', async () => {
  expect(await looking([later, taken], 9)).toEqual(counted);
  const approximate = { ok: true, value: { ...counted.value, approximate: true } };
  expect(await looking([taken, later, taken, later], 1)).toEqual(approximate);
});
