import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { OrderId } from '#shared/kernel';
import { mug, pot } from './fixtures/stock.ts';
import { warehouse } from './fixtures/warehouse.ts';

const sku = fc.constantFrom(mug, pot);
const lines = fc
  .uniqueArray(sku, { minLength: 1 })
  .chain((skus) =>
    fc.tuple(...skus.map((sku) => fc.record({ sku: fc.constant(sku), quantity: fc.integer({ min: 1, max: 4 }) }))),
  );
const shards = fc.array(fc.nat(4), { minLength: 1, maxLength: 3 });
const orders = fc.array(
  fc.record({ lines, twice: fc.boolean(), ending: fc.constantFrom('confirm', 'cancel', 'undo', 'leave') }),
  { minLength: 1, maxLength: 4 },
);
const delta = fc.integer({ min: -3, max: 3 }).filter((units) => units !== 0);
const adjustments = fc.array(fc.record({ sku, delta, twice: fc.boolean() }), { maxLength: 3 });
const chance = fc.infiniteStream(fc.nat(999));

it('adds up after every write, whoever holds, releases, commits and adjusts, and whichever answers are lost', () =>
  // Invariants 1, 2, 5 and 11, which `warehouse` checks. Red when a shard gives what it has not, when release gives nothing back
  // or leaves no tombstone, when a hold, its move or an adjustment is written unconditionally, when a released hold is met as
  // one, and when a conflict, or stock that the order's own hold has taken, is said to be out.
  fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      shards,
      shards,
      orders,
      adjustments,
      chance,
      async (s, mugs, pots, all, changes, dice) => {
        const house = await warehouse(s, { mug: mugs, pot: pots }, () => dice.next().value / 1_000);
        const before = house.received();
        const placed = all.map(({ lines, ...rest }, i) => ({ ...rest, order: house.place(`o${i}` as OrderId, lines) }));

        const work = placed.flatMap(({ order, twice, ending }): Promise<unknown>[] => {
          const first = order.hold();
          const more = twice ? [order.hold()] : [];
          if (ending === 'confirm') return [first.then((held) => (held.ok ? order.confirm() : undefined)), ...more];
          if (ending === 'undo') return [first.then(() => Promise.all([order.cancel(), order.cancel()])), ...more];
          return ending === 'cancel' ? [first, order.cancel(), order.cancel(), ...more] : [first, ...more];
        });
        const adjusted = changes.flatMap(({ sku, delta, twice }, i) =>
          (twice ? [1, 2] : [1]).map(() => house.adjust(`a${i}`, sku, delta)),
        );
        await s.waitFor(Promise.all([...work, ...adjusted]));

        expect(house.received()).toBe(before + house.changed());
        for (const { order } of placed) await s.waitFor(order.check());
      },
    ),
    { numRuns: 60 },
  ));
