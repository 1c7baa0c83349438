import { expect, it } from 'vitest';
import type { SkuSummary } from '#inventory/domain/sku-summary';
import type { Stock } from '#inventory/use-cases/ports';
import { raiseShards } from '#inventory/use-cases/raise-shards';
import { mug, shardsOf, summaryOf, tenantId } from '../fixtures/stock.ts';
import { emptyStock, retryTimes } from './fixtures/ports.ts';

type Outcome = Awaited<ReturnType<Stock['shift']>>;

/** A SKU with a fixed outcome for each shift, then `done`. `summaries` are those that the shifts wrote. */
const createStock = (available: readonly number[], outcomes: readonly Outcome[] = [], exists = true) => {
  const left = [...outcomes];
  const summaries: SkuSummary[] = exists ? [summaryOf(mug, { shards: available.length })] : [];
  const stock: Stock = {
    ...emptyStock,
    summaries: async () => summaries.slice(-1),
    shards: async () => shardsOf(mug, available),
    async shift(from, to) {
      const outcome = left.shift() ?? 'done';
      expect(from.version).toBe(summaries.at(-1)?.version ?? 0);
      if (outcome === 'done') summaries.push(to);
      return outcome;
    },
  };
  const raise = (count: number, tries = 9) =>
    raiseShards(stock)({ tenantId, sku: mug, shards: count }, retryTimes(tries));
  return { raise, summaries };
};
const ok = (shards: number, version: number) => ({ ok: true, value: summaryOf(mug, { shards, version }) });
const refused = (error: string) => ({ ok: false, error });

it('raises the number of shards in shifts, each from the summary of the one before', async () => {
  const { raise, summaries } = createStock([9, 9]);
  expect(await raise(6)).toEqual(ok(6, 3));
  expect(summaries.map(({ shards }) => shards)).toEqual([2, 4, 6]);
});

it('writes nothing where the SKU has that number of shards, and never lowers it', async () => {
  const { raise, summaries } = createStock([9, 0]);
  expect(await raise(2)).toEqual(ok(2, 1));
  expect(await raise(1)).toEqual(refused('shards_lowered'));
  expect(summaries).toHaveLength(1);
});

it('creates the summary of a SKU, so that its first delivery is distributed', async () => {
  for (const count of [1, 16]) {
    const { raise, summaries } = createStock([], [], false);
    expect(await raise(count)).toEqual({ ok: true, value: summaryOf(mug, { shards: count, depleted: true }) });
    expect(summaries).toHaveLength(1);
  }
});

it('plans again after a conflict, and reports one when there is no time left', async () => {
  expect(await createStock([9, 9], ['done', 'contended']).raise(6)).toMatchObject({ ok: true, value: { shards: 6 } });
  expect(await createStock([9], ['short', 'contended']).raise(4, 1)).toEqual(refused('conflict'));
});

it('does not refuse an uneven distribution once the number of shards is right', async () => {
  const outcomes: Outcome[] = ['done', 'contended', 'contended', 'contended'];
  expect(await createStock([9, 9, 9], outcomes).raise(4, 1)).toMatchObject({ ok: true, value: { shards: 4 } });
});
