import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate, available, distribute, guessAllocation, isStable, type Shard } from '#inventory/domain/stock';
import type { Sku } from '#platform/kernel';
import { mug, pot, shardsOf } from './fixtures/stock.ts';

const skus = Array.from({ length: 20 }, (_, i) => `sku${i}` as Sku);
const lines = fc
  .uniqueArray(fc.constantFrom(...skus), { minLength: 1 })
  .chain((chosen) =>
    fc.tuple(...chosen.map((sku) => fc.integer({ min: 1, max: 30 }).map((quantity) => ({ sku, quantity })))),
  );
const shards = fc
  .tuple(...skus.map((sku) => fc.array(fc.nat(9), { maxLength: 12 }).map((stock) => shardsOf(sku, stock))))
  .map((all) => all.flat());
const chance = fc.nat(999).map((n) => (count: number) => Math.floor((n / 1_000) * count));
const sum = (parts: readonly { readonly quantity: number }[]) =>
  parts.reduce((total, { quantity }) => total + quantity, 0);

describe('drawing', () => {
  it('takes exactly what the lines ask for, out of what there is, or says why it cannot', () =>
    // Invariant 1. Red when a shard gives more than it has, when the rest is lost between shards, when one shard is not
    // preferred, when the fullest are not taken first, and when another line is said to ask for too much.
    fc.assert(
      fc.property(lines, shards, chance, (asked, stock, pick) => {
        const of = (sku: Sku) => stock.filter((shard) => shard.sku === sku);
        const drawn = allocate(asked, stock, pick);
        const lacking = asked.some(({ sku, quantity }) => available(of(sku)) < quantity);
        expect(drawn.ok).toBe(!lacking);
        if (!drawn.ok) {
          expect(asked).toContain(drawn.error);
          expect(available(of(drawn.error.sku))).toBeLessThan(drawn.error.quantity);
          return;
        }
        expect(new Set(drawn.value.map(({ sku, shard }) => `${sku}.${shard}`)).size).toBe(drawn.value.length);
        for (const { sku, quantity } of asked) {
          const own = drawn.value.filter((part) => part.sku === sku);
          expect(sum(own)).toBe(quantity);
          for (const part of own) {
            expect(part.quantity).toBeGreaterThan(0);
            expect(part.quantity).toBeLessThanOrEqual(of(sku)[part.shard]?.available ?? 0);
          }
          if (of(sku).some((shard) => shard.available >= quantity)) expect(own).toHaveLength(1);
          const left = of(sku).filter(({ shard }) => !own.some((part) => part.shard === shard));
          const smallest = Math.min(...own.map(({ shard }) => of(sku)[shard]?.available ?? 0));
          if (own.length > 1) for (const shard of left) expect(shard.available).toBeLessThanOrEqual(smallest);
        }
      }),
      { numRuns: 500 },
    ));

  it('picks by chance among the shards that have enough', () => {
    const stock = shardsOf(mug, [1, 5, 0, 5]);
    expect(allocate([{ sku: mug, quantity: 2 }], stock, () => 0)).toMatchObject({ value: [{ shard: 1 }] });
    expect(allocate([{ sku: mug, quantity: 2 }], stock, () => 1)).toMatchObject({ value: [{ shard: 3 }] });
  });
});

describe('two looks', () => {
  const [first, second] = shardsOf(mug, [1, 2]) as [Shard, Shard];
  const seen = [first, second];

  it('are steady where every shard of the SKU is as it was, in whatever order they come', () => {
    expect(isStable(mug, seen, [second, first, ...shardsOf(pot, [1])])).toBe(true);
    expect(isStable(mug, [], [])).toBe(true);
  });

  it('are not where one was written, even back to what it was, or has come to be', () => {
    expect(isStable(mug, seen, [first, { ...second, version: 2 }])).toBe(false);
    expect(isStable(mug, seen, [first])).toBe(false);
    expect(isStable(mug, [first], seen)).toBe(false);
    expect(isStable(mug, [first], [second])).toBe(false);
  });
});

describe('guessing', () => {
  it('takes each line out of one shard that exists, and the first where nothing is known', () => {
    const counts = new Map([[mug, 4]]);
    const picked = guessAllocation(
      [
        { sku: mug, quantity: 2 },
        { sku: pot, quantity: 3 },
      ],
      counts,
      (count) => count - 1,
    );
    expect(picked).toEqual([
      { sku: mug, quantity: 2, shard: 3 },
      { sku: pot, quantity: 3, shard: 0 },
    ]);
  });
});

describe('spreading', () => {
  it('adds up, and leaves no shard more than one unit ahead of another', () =>
    // Invariant 2. Red when what does not divide is dropped or put into one shard, and when the start runs out of the shards.
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 1, max: 64 }),
        fc.nat(63),
        (units, count, at) => {
          const parts = distribute(mug, units, count, at % count);
          expect(sum(parts)).toBe(units);
          const got = Array.from({ length: count }, (_, n) => sum(parts.filter(({ shard }) => shard === n)));
          expect(sum(got.map((quantity) => ({ quantity })))).toBe(units);
          expect(Math.max(...got) - Math.min(...got)).toBeLessThanOrEqual(1);
          for (const { quantity } of parts) expect(quantity).toBeGreaterThan(0);
        },
      ),
    ));

  it('begins where it is told, so that single units do not all go to one shard', () => {
    expect(distribute(mug, 2, 3, 2)).toEqual([
      { sku: mug, shard: 2, quantity: 1 },
      { sku: mug, shard: 0, quantity: 1 },
    ]);
  });
});
