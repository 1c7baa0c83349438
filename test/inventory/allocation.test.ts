import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate, available, distribute, guessAllocation, isStable, type Shard } from '#inventory/domain/stock';
import type { Sku } from '#platform/kernel';
import { mug, pot, shardsOf } from '../fixtures/stock.ts';

const skus = Array.from({ length: 20 }, (_, i) => `sku${i}` as Sku);
const lines = fc
  .uniqueArray(fc.constantFrom(...skus), { minLength: 1 })
  .chain((chosen) =>
    fc.tuple(...chosen.map((sku) => fc.integer({ min: 1, max: 30 }).map((quantity) => ({ sku, quantity })))),
  );
const shards = fc
  .tuple(...skus.map((sku) => fc.array(fc.nat(9), { maxLength: 12 }).map((available) => shardsOf(sku, available))))
  .map((all) => all.flat());
const chance = fc.nat(999).map((n) => (count: number) => Math.floor((n / 1_000) * count));
const sum = (parts: readonly { readonly quantity: number }[]) =>
  parts.reduce((total, { quantity }) => total + quantity, 0);

describe('an allocation', () => {
  it('takes exactly the quantities of the lines from what is available, or names the line that asks for too much', () =>
    // Invariant 1. Red when a shard gives more than it has, when the remainder is lost between shards, when a single shard is not
    // preferred, when the fullest shards are not taken first, and when the error names another line.
    fc.assert(
      fc.property(lines, shards, chance, (lines, shards, pick) => {
        const shardsOfSku = (sku: Sku) => shards.filter((shard) => shard.sku === sku);
        const allocated = allocate(lines, shards, pick);
        const isShort = lines.some(({ sku, quantity }) => available(shardsOfSku(sku)) < quantity);
        expect(allocated.ok).toBe(!isShort);
        if (!allocated.ok) {
          expect(lines).toContain(allocated.error);
          expect(available(shardsOfSku(allocated.error.sku))).toBeLessThan(allocated.error.quantity);
          return;
        }
        expect(new Set(allocated.value.map(({ sku, shard }) => `${sku}.${shard}`)).size).toBe(allocated.value.length);
        for (const { sku, quantity } of lines) {
          const parts = allocated.value.filter((part) => part.sku === sku);
          expect(sum(parts)).toBe(quantity);
          for (const part of parts) {
            expect(part.quantity).toBeGreaterThan(0);
            expect(part.quantity).toBeLessThanOrEqual(shardsOfSku(sku)[part.shard]?.available ?? 0);
          }
          if (shardsOfSku(sku).some((shard) => shard.available >= quantity)) expect(parts).toHaveLength(1);
          const left = shardsOfSku(sku).filter(({ shard }) => !parts.some((part) => part.shard === shard));
          const smallest = Math.min(...parts.map(({ shard }) => shardsOfSku(sku)[shard]?.available ?? 0));
          if (parts.length > 1) for (const shard of left) expect(shard.available).toBeLessThanOrEqual(smallest);
        }
      }),
      { numRuns: 500 },
    ));

  it('picks a random one of the shards that have enough', () => {
    const shards = shardsOf(mug, [1, 5, 0, 5]);
    expect(allocate([{ sku: mug, quantity: 2 }], shards, () => 0)).toMatchObject({ value: [{ shard: 1 }] });
    expect(allocate([{ sku: mug, quantity: 2 }], shards, () => 1)).toMatchObject({ value: [{ shard: 3 }] });
  });
});

describe('two reads', () => {
  const [first, second] = shardsOf(mug, [1, 2]) as [Shard, Shard];
  const both = [first, second];

  it('are stable where every shard of the SKU has the same version, in any order', () => {
    expect(isStable(mug, both, [second, first, ...shardsOf(pot, [1])])).toBe(true);
    expect(isStable(mug, [], [])).toBe(true);
  });

  it('are not where a shard was written, even with the same quantity, or created', () => {
    expect(isStable(mug, both, [first, { ...second, version: 2 }])).toBe(false);
    expect(isStable(mug, both, [first])).toBe(false);
    expect(isStable(mug, [first], both)).toBe(false);
    expect(isStable(mug, [first], [second])).toBe(false);
  });
});

describe('a guess', () => {
  it('takes each line from one existing shard, and from the first where there is no summary', () => {
    const counts = new Map([[mug, 4]]);
    const guessed = guessAllocation(
      [
        { sku: mug, quantity: 2 },
        { sku: pot, quantity: 3 },
      ],
      counts,
      (count) => count - 1,
    );
    expect(guessed).toEqual([
      { sku: mug, quantity: 2, shard: 3 },
      { sku: pot, quantity: 3, shard: 0 },
    ]);
  });
});

describe('a distribution', () => {
  it('adds up, and gives no shard more than one unit more than another', () =>
    // Invariant 2. Red when the remainder is dropped or put into one shard, and when `start` leads past the last shard.
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 1, max: 64 }),
        fc.nat(63),
        (units, count, start) => {
          const parts = distribute(mug, { quantity: units, shards: count, start: start % count });
          expect(sum(parts)).toBe(units);
          const received = Array.from({ length: count }, (_, n) => sum(parts.filter(({ shard }) => shard === n)));
          expect(sum(received.map((quantity) => ({ quantity })))).toBe(units);
          expect(Math.max(...received) - Math.min(...received)).toBeLessThanOrEqual(1);
          for (const { quantity } of parts) expect(quantity).toBeGreaterThan(0);
        },
      ),
    ));

  it('starts at the given shard, so that single units do not all go to one shard', () => {
    expect(distribute(mug, { quantity: 2, shards: 3, start: 2 })).toEqual([
      { sku: mug, shard: 2, quantity: 1 },
      { sku: mug, shard: 0, quantity: 1 },
    ]);
  });
});
