import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SkuSummary } from '#inventory/domain/sku-summary';
import type { SkuSummaries } from '#inventory/use-cases/ports';
import { updateAvailability } from '#inventory/use-cases/update-availability';
import { mug, shardsOf, summaryOf, tenantId } from '../fixtures/stock.ts';

/** One SKU without a table. `published` are the summaries that were stored with an event. */
const createSku = (available: number, summary: SkuSummary | undefined, delay = async () => {}) => {
  const state = { available, summary };
  const published: SkuSummary[] = [];
  const summaries: SkuSummaries = {
    summaries: async () => delay().then(() => (state.summary ? [state.summary] : [])),
    shards: async () => delay().then(() => shardsOf(mug, [state.available])),
    async publish(from, to) {
      await delay();
      if ((state.summary?.version ?? 0) !== from.version) return false;
      state.summary = to;
      published.push(to);
      return true;
    },
  };
  return { state, published, summaries, update: () => updateAvailability(summaries)(tenantId, mug) };
};

describe('a count', () => {
  it.each([
    ['stock ran out', { available: 0, summary: summaryOf(mug) }, true],
    ['stock is available again', { available: 1, summary: summaryOf(mug, { depleted: true }) }, false],
  ])('publishes once that %s', async (_, { available, summary }, depleted) => {
    const { published, update } = createSku(available, summary);
    await update();
    expect(published).toEqual([summaryOf(mug, { depleted, version: 2 })]);
    await update();
    expect(published).toHaveLength(1);
  });

  it.each([
    ['stock that is still available', 1, summaryOf(mug)],
    ['stock that is still depleted', 0, summaryOf(mug, { depleted: true })],
    ['a SKU without a stock record', 0, undefined],
  ])('publishes nothing for %s', async (_, available, summary) => {
    const { published, update } = createSku(available, summary);
    await update();
    expect(published).toEqual([]);
  });

  it('is repeated after units moved between shards during it, because it may have missed them', async () => {
    const { state, published, summaries } = createSku(1, summaryOf(mug, { depleted: true }));
    const moving: SkuSummaries = {
      ...summaries,
      async shards(of) {
        if (state.summary?.version !== 1) return summaries.shards(of);
        state.summary = summaryOf(mug, { depleted: true, version: 2 });
        return shardsOf(mug, [0]);
      },
    };
    await updateAvailability(moving)(tenantId, mug);
    expect(published).toEqual([summaryOf(mug, { version: 3 })]);
  });

  it('fails where it never wins against other writers, so that the event is redelivered', async () => {
    const summaries: SkuSummaries = {
      summaries: async () => [summaryOf(mug)],
      shards: async () => shardsOf(mug, [0]),
      publish: async () => false,
    };
    await expect(updateAvailability(summaries)(tenantId, mug)).rejects.toThrow('the summary of mug changed');
  });
});

it('publishes the final availability, also where stock changes during other counts', () =>
  // Red when a count ends with its write instead of counting again: a change between its read and its write, which another worker
  // compared with the old summary, is then never published.
  fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(fc.nat(2), { minLength: 1, maxLength: 4 }), async (s, changes) => {
      const delay = () => s.schedule(Promise.resolve());
      const { state, published, update } = createSku(1, summaryOf(mug), delay);
      const change = async (available: number) => {
        await delay();
        state.available = available;
        await delay();
        await update();
      };
      await s.waitFor(Promise.all(changes.map(change)));
      expect(state.summary?.depleted).toBe(state.available === 0);
      for (const [i, summary] of published.entries()) expect(summary.depleted).toBe(i % 2 === 0);
    }),
    { numRuns: 1_000 },
  ));
