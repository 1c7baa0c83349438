import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consolidate, rebalance } from '#inventory/domain/rebalance';
import { type Allocation, allocate, available, MAX_ALLOCATIONS } from '#inventory/domain/stock';
import type { Sku } from '#platform/kernel';
import { mug, shardsOf } from '../fixtures/stock.ts';

const sum = (changes: readonly Allocation[]) => changes.reduce((total, { quantity }) => total + quantity, 0);
const stocks = fc.array(fc.nat(9), { maxLength: 64 });
const counts = fc
  .integer({ min: 1, max: 64 })
  .chain((to) => fc.record({ to: fc.constant(to), from: fc.integer({ min: 1, max: to }) }));

/** The quantity of each shard after the changes, which the table's conditions keep at 0 or more. */
const applyChanges = (stock: readonly number[], changes: readonly Allocation[]) => {
  const left = [...stock];
  for (const { shard, quantity } of changes) {
    const now = (left[shard] ?? 0) + quantity;
    expect(now).toBeGreaterThanOrEqual(0);
    left[shard] = now;
  }
  return left;
};

describe('a rebalancing', () => {
  it('ends with the requested number of even shards, by shifts that leave the sum unchanged', () =>
    // Invariants 1 and 2. Red when a shift does not add up, takes from two shards, reaches a shard that the summary does not count
    // yet, lowers the number of shards, or is more than one transaction; when the remainder lies in one shard, or a unit moves twice.
    fc.assert(
      fc.property(stocks, counts, (units, { from, to }) => {
        let stock: readonly number[] = units.slice(0, from);
        const total = available(shardsOf(mug, stock));
        const shifts = rebalance({ sku: mug, shards: shardsOf(mug, stock), from, to });
        let count = from;
        for (const { shards, changes } of shifts) {
          expect(sum(changes)).toBe(0);
          expect(changes.filter(({ quantity }) => quantity < 0).length).toBe(changes.length > 0 ? 1 : 0);
          expect(new Set(changes.map(({ shard }) => shard)).size).toBe(changes.length);
          expect(changes.every(({ shard, quantity }) => shard < shards && quantity !== 0)).toBe(true);
          expect(changes.length + 1).toBeLessThanOrEqual(100);
          expect(shards).toBeGreaterThanOrEqual(count);
          count = shards;
          stock = applyChanges(stock, changes);
        }
        expect(count).toBe(to);
        const all = Array.from({ length: to }, (_, shard) => stock[shard] ?? 0);
        expect(available(shardsOf(mug, all))).toBe(total);
        expect(Math.max(...all) - Math.min(...all)).toBeLessThanOrEqual(1);
        const sources = shifts.flatMap(({ changes }) => changes.filter(({ quantity }) => quantity < 0));
        const shrunk = units.slice(0, from).filter((before, shard) => before > (all[shard] ?? 0));
        expect(sources).toHaveLength(shrunk.length);
      }),
    ));

  it('only sets the number of shards where there is nothing to move', () => {
    expect(rebalance({ sku: mug, shards: [], from: 1, to: 16 })).toEqual([{ shards: 16, changes: [] }]);
    expect(rebalance({ sku: mug, shards: shardsOf(mug, [2, 2]), from: 2, to: 2 })).toEqual([
      { shards: 2, changes: [] },
    ]);
    expect(rebalance({ sku: mug, shards: shardsOf(mug, [1]), from: 1, to: 2 })).toEqual([{ shards: 2, changes: [] }]);
  });

  it('fills existing shards before new ones, and new ones in order, so that it may be abandoned after any shift', () => {
    const shifts = rebalance({ sku: mug, shards: shardsOf(mug, [9, 0, 9]), from: 3, to: 6 });
    expect(shifts.map(({ shards }) => shards)).toEqual([4, 6]);
    expect(shifts[0]?.changes).toEqual([
      { sku: mug, shard: 0, quantity: -6 },
      { sku: mug, shard: 1, quantity: 3 },
      { sku: mug, shard: 3, quantity: 3 },
    ]);
  });
});

describe('a consolidation', () => {
  const lines = fc.array(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 64 }), {
    minLength: 1,
    maxLength: 20,
  });

  it('moves no more SKUs than it must, and then one transaction holds the order', () =>
    // Invariants 1 and 2. Red when its changes do not add up, take more than a shard has, or are too few or too many.
    fc.assert(
      fc.property(lines, (stocks) => {
        const skus = stocks.map((_, i) => `sku${i}` as Sku);
        const requested = stocks.map((units, i) => ({
          sku: skus[i] as Sku,
          quantity: available(shardsOf(mug, units)),
        }));
        const all = (stock: readonly (readonly number[])[]) =>
          stock.flatMap((units, i) => shardsOf(skus[i] as Sku, units));
        const allocated = allocate(requested, all(stocks), () => 0);
        if (!allocated.ok) throw new Error('the lines request exactly what is available');
        const consolidated = consolidate(allocated.value);
        const after = stocks.map((units, i) => {
          const changes = consolidated
            .filter(({ sku }) => sku === skus[i])
            .flatMap((consolidation) => consolidation.changes);
          expect(sum(changes)).toBe(0);
          return applyChanges(units, changes);
        });
        const again = allocate(requested, all(after), () => 0);
        expect(again.ok && again.value.length <= MAX_ALLOCATIONS).toBe(true);
        const last = consolidated.at(-1)?.changes.length ?? 1;
        if (consolidated.length > 0 && again.ok) expect(again.value.length + last - 1).toBeGreaterThan(MAX_ALLOCATIONS);
        else expect(allocated.value.length).toBeLessThanOrEqual(MAX_ALLOCATIONS);
      }),
    ));
});
