import { expect, it } from 'vitest';
import { countStock } from '#inventory/app/count-stock';
import { headOf, mug, shardsOf, tenantId } from './fixtures/stock.ts';

const [first, second] = shardsOf(mug, [4, 6]);
const taken = [
  { ...first, available: 1 },
  { ...second, available: 2 },
] as ReturnType<typeof shardsOf>;
const counting = (open: number, heads = [headOf(mug, { shards: 2 })]) =>
  countStock({ heads: async () => heads, shards: async () => taken }, async () => open)(tenantId, mug);

it('takes what is neither available nor held for sold', async () => {
  expect(await counting(3)).toEqual({ ok: true, value: { sku: mug, available: 3, held: 3, sold: 4 } });
});

it('never says less than nothing was sold, however far the index lags behind', async () => {
  expect(await counting(9)).toEqual({ ok: true, value: { sku: mug, available: 3, held: 7, sold: 0 } });
});

it('does not know what was never stocked', async () => {
  expect(await counting(0, [])).toEqual({ ok: false, error: 'sku_not_found' });
});
