import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consolidate, rebalance } from '#inventory/domain/rebalance';
import { type Allocation, allocate, available, MAX_ALLOCATIONS } from '#inventory/domain/stock';
import type { Sku } from '#platform/kernel';
import { mug, shardsOf } from './fixtures/stock.ts';

const sum = (draws: readonly Allocation[]) => draws.reduce((total, { quantity }) => total + quantity, 0);
const spread = fc.array(fc.nat(9), { maxLength: 64 });
const counts = fc
  .integer({ min: 1, max: 64 })
  .chain((to) => fc.record({ to: fc.constant(to), from: fc.integer({ min: 1, max: to }) }));

/** What lies in each shard after the changes, as the table's conditions have it. */
const applied = (stock: readonly number[], changes: readonly Allocation[]) => {
  const left = [...stock];
  for (const { shard, quantity } of changes) {
    const now = (left[shard] ?? 0) + quantity;
    expect(now).toBeGreaterThanOrEqual(0);
    left[shard] = now;
  }
  return left;
};

describe('levelling', () => {
  it('ends with the count asked for and no shard more than a unit ahead, by steps that move and no more', () =>
    // Invariants 1 and 2. Red when a step does not add up, takes from two shards, reaches a shard that the head does not tell of
    // yet, lowers the count on the way, or is more than one transaction; when the rest lies in one shard, or a unit moves twice.
    fc.assert(
      fc.property(spread, counts, (units, { from, to }) => {
        let stock: readonly number[] = units.slice(0, from);
        const total = available(shardsOf(mug, stock));
        const steps = rebalance(mug, shardsOf(mug, stock), from, to);
        let count = from;
        for (const { shards, changes } of steps) {
          expect(sum(changes)).toBe(0);
          expect(changes.filter(({ quantity }) => quantity < 0).length).toBe(changes.length > 0 ? 1 : 0);
          expect(new Set(changes.map(({ shard }) => shard)).size).toBe(changes.length);
          expect(changes.every(({ shard, quantity }) => shard < shards && quantity !== 0)).toBe(true);
          expect(changes.length + 1).toBeLessThanOrEqual(100);
          expect(shards).toBeGreaterThanOrEqual(count);
          count = shards;
          stock = applied(stock, changes);
        }
        expect(count).toBe(to);
        const all = Array.from({ length: to }, (_, shard) => stock[shard] ?? 0);
        expect(available(shardsOf(mug, all))).toBe(total);
        expect(Math.max(...all) - Math.min(...all)).toBeLessThanOrEqual(1);
        const sources = steps.flatMap(({ changes }) => changes.filter(({ quantity }) => quantity < 0));
        const moved = units.slice(0, from).filter((had, shard) => had > (all[shard] ?? 0));
        expect(sources).toHaveLength(moved.length);
      }),
    ));

  it('only tells the count where there is nothing to move', () => {
    expect(rebalance(mug, [], 1, 16)).toEqual([{ shards: 16, changes: [] }]);
    expect(rebalance(mug, shardsOf(mug, [2, 2]), 2, 2)).toEqual([{ shards: 2, changes: [] }]);
    expect(rebalance(mug, shardsOf(mug, [1]), 1, 2)).toEqual([{ shards: 2, changes: [] }]);
  });

  it('fills what is short before it adds, and adds in order, so that it may be left after any step', () => {
    const steps = rebalance(mug, shardsOf(mug, [9, 0, 9]), 3, 6);
    expect(steps.map(({ shards }) => shards)).toEqual([4, 6]);
    expect(steps[0]?.changes).toEqual([
      { sku: mug, shard: 0, quantity: -6 },
      { sku: mug, shard: 1, quantity: 3 },
      { sku: mug, shard: 3, quantity: 3 },
    ]);
  });
});

describe('gathering', () => {
  const lines = fc.array(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 64 }), {
    minLength: 1,
    maxLength: 20,
  });

  it('brings together no more SKUs than it must, and then one transaction holds the order', () =>
    // Invariants 1 and 2. Red when a gathering does not add up, takes what is not there, stops short or goes on in vain.
    fc.assert(
      fc.property(lines, (stocks) => {
        const skus = stocks.map((_, i) => `sku${i}` as Sku);
        const asked = stocks.map((units, i) => ({ sku: skus[i] as Sku, quantity: available(shardsOf(mug, units)) }));
        const all = (stock: readonly (readonly number[])[]) =>
          stock.flatMap((units, i) => shardsOf(skus[i] as Sku, units));
        const drawn = allocate(asked, all(stocks), () => 0);
        if (!drawn.ok) throw new Error('they ask for what there is');
        const gathered = consolidate(drawn.value);
        const after = stocks.map((units, i) => {
          const changes = gathered.filter(({ sku }) => sku === skus[i]).flatMap((part) => part.changes);
          expect(sum(changes)).toBe(0);
          return applied(units, changes);
        });
        const again = allocate(asked, all(after), () => 0);
        expect(again.ok && again.value.length <= MAX_ALLOCATIONS).toBe(true);
        const last = gathered.at(-1)?.changes.length ?? 1;
        if (gathered.length > 0 && again.ok) expect(again.value.length + last - 1).toBeGreaterThan(MAX_ALLOCATIONS);
        else expect(drawn.value.length).toBeLessThanOrEqual(MAX_ALLOCATIONS);
      }),
    ));
});
