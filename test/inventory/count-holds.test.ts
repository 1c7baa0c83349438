import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type CountChunk,
  type CountState,
  chunkOf,
  distributeCounts,
  MAX_COUNT_AGE_MS,
  splitStock,
} from '#inventory/domain/stock-counts';
import { countWriter } from '#inventory/table/count-table';
import { countHolds } from '#inventory/use-cases/count-holds';
import type { CountWriter } from '#inventory/use-cases/ports';
import { addMs, type Sku } from '#platform/kernel';
import { at } from '../fixtures/order.ts';
import { mug, summaryOf, tenantId } from '../fixtures/stock.ts';
import { createTestTable } from '../fixtures/table.ts';

/** How far the index of open holds is behind the table at most, so that a count is exact (ADR 92). */
const MAX_LAG_MS = 250;
const SPAN_MS = 1_500;
const RECEIVED = 1_000;

type Act = { readonly kind: 'hold' | 'release' | 'commit'; readonly atMs: number };
type Units = { readonly held: number; readonly sold: number; readonly changedMs: number };

/** The units of a SKU after what has happened until this moment. A commit changes a hold, and no shard. */
const unitsAt = (acts: readonly Act[], atMs: number): Units =>
  acts
    .filter((act) => act.atMs <= atMs)
    .reduce<Units>(
      ({ held, sold, changedMs }, act) => {
        if (act.kind === 'hold') return { held: held + 1, sold, changedMs: act.atMs };
        if (held === 0) return { held, sold, changedMs };
        return act.kind === 'release'
          ? { held: held - 1, sold, changedMs: act.atMs }
          : { held: held - 1, sold: sold + 1, changedMs };
      },
      { held: 0, sold: 0, changedMs: -1 },
    );

/** What a count stores. */
const inMemoryCounts = (sku?: Sku) => {
  let state: CountState = { tenantId, version: 0, chunks: 0, sku };
  let stored: readonly CountChunk[] = [];
  const chunk = () => stored[chunkOf(mug, stored.length)];
  const writer: CountWriter = {
    findState: async () => state,
    findChunk: async () => chunk(),
    findAll: async () => stored.flatMap(({ counts }) => counts),
    async put(_, chunks, countedAt) {
      stored = chunks;
      state = { ...state, chunks: chunks.length, countedAt };
    },
  };
  return { writer, chunk };
};

const act = fc.record({
  kind: fc.constantFrom<Act['kind'][]>('hold', 'release', 'commit'),
  atMs: fc.nat(SPAN_MS),
});
const run = fc.record({
  acts: fc.array(act, { minLength: 4, maxLength: 25, size: 'max' }),
  countsAtMs: fc.array(fc.nat(SPAN_MS), { minLength: 1, maxLength: 3 }),
  lagMs: fc.nat(MAX_LAG_MS),
  readMs: fc.nat(80),
  isRead: fc.boolean(),
});

// red where the taken units are read before the holds, where the index is read at once, and where a count is dated after its reads
it('shows no unit as sold that is not, whenever units are held, released and sold during a count and after it', () =>
  fc.assert(
    fc.asyncProperty(run, async ({ acts: unsorted, countsAtMs, lagMs, readMs, isRead }) => {
      const acts = unsorted.toSorted((a, b) => a.atMs - b.atMs);
      const { writer, chunk } = inMemoryCounts(isRead ? mug : undefined);
      let nowMs = 0;
      const now = () => addMs(at, nowMs);
      /** A read takes time before it sees what there is, and afterwards. */
      const read = async <T>(look: () => T): Promise<T> => {
        nowMs += readMs;
        const seen = look();
        nowMs += readMs;
        return seen;
      };
      const shardNow = () => {
        const { held, sold, changedMs } = unitsAt(acts, nowMs);
        const available = RECEIVED - held - sold;
        return { sku: mug, shard: 0, received: RECEIVED, available, version: 1, changedAt: addMs(at, changedMs) };
      };
      const heldInIndex = () => {
        const { held } = unitsAt(acts, nowMs - lagMs);
        return new Map(held > 0 ? [[mug, held]] : []);
      };
      const count = countHolds({
        ...{ counts: writer, now, heldBySku: () => read(heldInIndex) },
        stock: { summaries: () => read(() => [summaryOf(mug)]), shards: () => read(() => [shardNow()]) },
        async sleep(ms) {
          nowMs += ms;
        },
      });
      const checkSplit = () => {
        const { held, sold, changedMs } = unitsAt(acts, nowMs);
        const taken = held + sold;
        const split = splitStock(mug, { taken, changedAt: addMs(at, changedMs) }, { chunk: chunk(), now: now() });
        if (!split) return;
        expect(split.sold).toBeLessThanOrEqual(sold);
        expect(split.held + split.sold).toBe(taken);
        const isQuiet = acts.every(({ atMs }) => atMs > nowMs || addMs(at, atMs + MAX_LAG_MS) < split.countedAt);
        if (isQuiet) expect(split).toMatchObject({ held, sold });
      };
      for (const atMs of countsAtMs.toSorted((a, b) => a - b)) {
        nowMs = Math.max(nowMs, atMs);
        expect(await count({ tenantId, requestedAt: now() })).toMatchObject({ ok: true });
        checkSplit();
        for (const later of acts.filter((each) => each.atMs > nowMs).map((each) => each.atMs)) {
          const before = nowMs;
          nowMs = later;
          checkSplit();
          nowMs = before;
        }
      }
      nowMs += MAX_COUNT_AGE_MS;
      checkSplit();
    }),
    { numRuns: 300 },
  ));

const skusOf = (count: number) => Array.from({ length: count }, (_, n) => `sku-${n}` as Sku);

it('knows what is sold of each of the first 1,000 SKUs with open holds', async () => {
  const { writer } = inMemoryCounts();
  const count = countHolds({
    ...{ counts: writer, now: () => at, sleep: async () => {} },
    heldBySku: async () => new Map(skusOf(1_001).map((sku) => [sku, 2])),
    stock: {
      async summaries(_, skus) {
        // a call reads no more
        expect(skus.length).toBeLessThanOrEqual(100);
        return skus.map((sku) => summaryOf(sku));
      },
      shards: async (summaries) =>
        summaries.map(({ sku }) => ({ sku, shard: 0, received: 10, available: 5, version: 1 })),
    },
  });
  expect(await count({ tenantId, requestedAt: at })).toMatchObject({ ok: true });
  const counts = await writer.findAll(await writer.findState(tenantId));
  const measured = counts.filter(({ sold }) => sold?.quantity === 3);
  expect([counts.length, measured.length]).toEqual([1_001, 1_000]);
});

it('stores all chunks before it says that they are there, and finds all of them again', async () => {
  const { rt, calls } = createTestTable();
  const writer = countWriter(rt);
  const counts = skusOf(5_000).map((sku) => ({ sku, held: 1 }));
  const chunks = distributeCounts(counts, at);
  if (!chunks.ok) throw new Error(chunks.error);
  // two batches of keys are too few for them
  expect(chunks.value.length).toBeGreaterThan(200);
  await writer.put(tenantId, chunks.value, at);
  expect(calls.findIndex(({ operation }) => operation === 'UpdateItem')).toBe(chunks.value.length);
  const found = await writer.findAll(await writer.findState(tenantId));
  expect(new Set(found.map(({ sku }) => sku))).toEqual(new Set(counts.map(({ sku }) => sku)));
});
