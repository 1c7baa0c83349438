import { expect, it } from 'vitest';
import type { SkuSummary } from '#inventory/domain/sku-summary';
import type { Stock } from '#inventory/use-cases/ports';
import { raiseShards } from '#inventory/use-cases/raise-shards';
import { noStock, patience } from './fixtures/ports.ts';
import { headOf, mug, shardsOf, tenantId } from './fixtures/stock.ts';

type Outcome = Awaited<ReturnType<Stock['shift']>>;

/** A SKU whose shifts answer as told, `done` once nothing is told any more; `heads` are those that they leave. */
const shelves = (available: readonly number[], outcomes: readonly Outcome[] = [], known = true) => {
  const left = [...outcomes];
  const heads: SkuSummary[] = known ? [headOf(mug, { shards: available.length })] : [];
  const stock: Stock = {
    ...noStock,
    summaries: async () => heads.slice(-1),
    shards: async () => shardsOf(mug, available),
    async shift(from, to) {
      const outcome = left.shift() ?? 'done';
      expect(from.version).toBe(heads.at(-1)?.version ?? 0);
      if (outcome === 'done') heads.push(to);
      return outcome;
    },
  };
  const raise = (count: number, tries = 9) => raiseShards(stock)(tenantId, mug, count, patience(tries));
  return { raise, heads };
};
const ok = (shards: number, version: number) => ({ ok: true, value: headOf(mug, { shards, version }) });
const refused = (error: string) => ({ ok: false, error });

it('raises the count step by step, each on the head of the one before', async () => {
  const { raise, heads } = shelves([9, 9]);
  expect(await raise(6)).toEqual(ok(6, 3));
  expect(heads.map(({ shards }) => shards)).toEqual([2, 4, 6]);
});

it('writes nothing where the SKU lies in so many shards, and lowers nothing', async () => {
  const { raise, heads } = shelves([9, 0]);
  expect(await raise(2)).toEqual(ok(2, 1));
  expect(await raise(1)).toEqual(refused('shards_lowered'));
  expect(heads).toHaveLength(1);
});

it('makes a SKU known, so that its first delivery is spread already', async () => {
  for (const count of [1, 16]) {
    const { raise, heads } = shelves([], [], false);
    expect(await raise(count)).toEqual({ ok: true, value: headOf(mug, { shards: count, depleted: true }) });
    expect(heads).toHaveLength(1);
  }
});

it('plans anew where others were in the way, and says so when there is no time left', async () => {
  expect(await shelves([9, 9], ['done', 'contended']).raise(6)).toMatchObject({ ok: true, value: { shards: 6 } });
  expect(await shelves([9], ['short', 'contended']).raise(4, 1)).toEqual(refused('conflict'));
});

it('does not refuse for what is uneven once the count stands', async () => {
  const disturbed: Outcome[] = ['done', 'contended', 'contended', 'contended'];
  expect(await shelves([9, 9, 9], disturbed).raise(4, 1)).toMatchObject({ ok: true, value: { shards: 4 } });
});
