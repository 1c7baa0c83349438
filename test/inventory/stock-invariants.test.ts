import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { OrderId } from '#platform/kernel';
import { mug, pot } from '../fixtures/stock.ts';
import { createAuditedStock } from './fixtures/audited-stock.ts';

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
  'adds up after every write, while orders hold, release and commit, stock is adjusted and distributed, and responses are lost',
  () =>
    // Invariants 1, 2, 5 and 11: received = available + open + committed holds, and nothing below zero, in every shard; a hold is
    // refused only if the sum was too small at some moment of its attempt (see `createAuditedStock`). Red when out_of_stock follows one
    // read, when a read loads the summaries only once, when a shift leaves out `received`, or takes units without its condition.
    fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.record({ mugs: shards, pots: shards, orders, changes: adjustments, counts: raises }),
        chance,
        async (s, { mugs, pots, orders, changes, counts }, chances) => {
          const stock = await createAuditedStock(s, { mug: mugs, pot: pots }, () => chances.next().value / 1_000);
          const before = stock.received();
          const placed = orders.map(({ lines, ...rest }, i) => ({
            ...rest,
            order: stock.place(`o${i}` as OrderId, lines),
          }));

          const attempts = placed.flatMap(({ order, twice, ending }) => {
            const first = order.hold();
            const again = twice ? [order.hold()] : [];
            if (ending === 'confirm') return [first.then((held) => (held.ok ? order.confirm() : undefined)), ...again];
            return ending === 'cancel' ? [first, order.cancel(), order.cancel(), ...again] : [first, ...again];
          });
          const adjusted = changes.flatMap(({ sku, delta, twice }, i) =>
            (twice ? [1, 2] : [1]).map(() => stock.adjust(`a${i}`, sku, delta)),
          );
          const raised = counts.map(({ sku, count }) => stock.raise(sku, count));
          await s.waitFor(Promise.all([...attempts, ...adjusted, ...raised]));

          expect(stock.received()).toBe(before + stock.changed());
          for (const { order } of placed) await s.waitFor(order.check());
        },
      ),
      { numRuns: 50 },
    ),
  120_000,
);
