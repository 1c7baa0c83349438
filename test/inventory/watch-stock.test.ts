import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SkuSummary } from '#inventory/domain/sku-summary';
import type { SkuSummaries } from '#inventory/use-cases/ports';
import { updateAvailability } from '#inventory/use-cases/update-availability';
import { headOf, mug, shardsOf, tenantId } from './fixtures/stock.ts';

/** One SKU without a table. `told` are the heads of which the world has heard. */
const watched = (available: number, head: SkuSummary | undefined, turn = async () => {}) => {
  const state = { available, head };
  const told: SkuSummary[] = [];
  const heads: SkuSummaries = {
    summaries: async () => turn().then(() => (state.head ? [state.head] : [])),
    shards: async () => turn().then(() => shardsOf(mug, [state.available])),
    async publish(from, to) {
      await turn();
      if ((state.head?.version ?? 0) !== from.version) return false;
      state.head = to;
      told.push(to);
      return true;
    },
  };
  return { state, told, heads, watch: () => updateAvailability(heads)(tenantId, mug) };
};

describe('a count', () => {
  it.each([
    ['tells that stock ran out', 0, headOf(mug), true],
    ['tells that stock is back', 1, headOf(mug, { depleted: true }), false],
  ])('%s', async (_, available, head, depleted) => {
    const { told, watch } = watched(available, head);
    await watch();
    expect(told).toEqual([headOf(mug, { depleted, version: 2 })]);
    await watch();
    expect(told).toHaveLength(1);
  });

  it.each([
    ['what is still there', 1, headOf(mug)],
    ['what is still not there', 0, headOf(mug, { depleted: true })],
    ['what was never stocked', 0, undefined],
  ])('says nothing of %s', async (_, available, head) => {
    const { told, watch } = watched(available, head);
    await watch();
    expect(told).toEqual([]);
  });

  it('counts anew what was moved between shards meanwhile, for it may have missed that', async () => {
    const { state, told, ...rest } = watched(1, headOf(mug, { depleted: true }));
    const amid: SkuSummaries = {
      ...rest.heads,
      async shards(heads) {
        if (state.head?.version !== 1) return rest.heads.shards(heads);
        state.head = headOf(mug, { depleted: true, version: 2 });
        return shardsOf(mug, [0]);
      },
    };
    await updateAvailability(amid)(tenantId, mug);
    expect(told).toEqual([headOf(mug, { version: 3 })]);
  });

  it('takes a race that it never wins for a fault, so that the event comes again', async () => {
    const heads: SkuSummaries = {
      summaries: async () => [headOf(mug)],
      shards: async () => shardsOf(mug, [0]),
      publish: async () => false,
    };
    await expect(updateAvailability(heads)(tenantId, mug)).rejects.toThrow('the head of mug changed');
  });
});

it('ends with the truth, whatever changes while others count', () =>
  // Red when a count ends with its write instead of counting anew: a change that came between read and write, and was counted by
  // another against the old head, is then never told.
  fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(fc.nat(2), { minLength: 1, maxLength: 4 }), async (s, changes) => {
      const turn = () => s.schedule(Promise.resolve());
      const { state, told, watch } = watched(1, headOf(mug), turn);
      const change = async (available: number) => {
        await turn();
        state.available = available;
        await turn();
        await watch();
      };
      await s.waitFor(Promise.all(changes.map(change)));
      expect(state.head?.depleted).toBe(state.available === 0);
      for (const [i, head] of told.entries()) expect(head.depleted).toBe(i % 2 === 0);
    }),
    { numRuns: 1_000 },
  ));
