import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { OrderId } from '#platform/kernel';
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
const raises = fc.array(fc.record({ sku, count: fc.integer({ min: 1, max: 5 }) }), { maxLength: 3 });
const chance = fc.infiniteStream(fc.nat(999));

it(
  'adds up after every write, whoever holds, releases, commits, adjusts and spreads, and whichever answers are lost',
  () =>
    // Invariants 1, 2, 5 and 11: received = available + open + committed holds, and nothing below zero, in every shard; a
    // hold is refused only if there was too little in sum at some moment of it; see `warehouse`. Red when out of stock is said after
    // one look, when a look reads the heads only once, when a shift leaves out `received`, or takes without its condition.
    fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        shards,
        shards,
        orders,
        adjustments,
        raises,
        chance,
        async (s, mugs, pots, all, changes, counts, dice) => {
          const house = await warehouse(s, { mug: mugs, pot: pots }, () => dice.next().value / 1_000);
          const before = house.received();
          const placed = all.map(({ lines, ...rest }, i) => ({
            ...rest,
            order: house.place(`o${i}` as OrderId, lines),
          }));

          const work = placed.flatMap(({ order, twice, ending }) => {
            const first = order.hold();
            const more = twice ? [order.hold()] : [];
            if (ending === 'confirm') return [first.then((held) => (held.ok ? order.confirm() : undefined)), ...more];
            return ending === 'cancel' ? [first, order.cancel(), order.cancel(), ...more] : [first, ...more];
          });
          const adjusted = changes.flatMap(({ sku, delta, twice }, i) =>
            (twice ? [1, 2] : [1]).map(() => house.adjust(`a${i}`, sku, delta)),
          );
          const raised = counts.map(({ sku, count }) => house.raise(sku, count));
          await s.waitFor(Promise.all([...work, ...adjusted, ...raised]));

          expect(house.received()).toBe(before + house.changed());
          for (const { order } of placed) await s.waitFor(order.check());
        },
      ),
      { numRuns: 50 },
    ),
  120_000,
);
