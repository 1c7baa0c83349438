import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cancel, close, confirm, type Order, refuse, type Status } from '#orders/domain/order';
import { anOrder, at } from './fixtures/order.ts';

const graph: Readonly<Record<Status, readonly Status[]>> = {
  placed: ['confirmed', 'cancelling'],
  cancelling: ['cancelled'],
  confirmed: [],
  cancelled: [],
};

const run = fc.integer({ min: 1, max: 3 });
const reason = fc.constantFrom('out_of_stock' as const, 'payment_declined' as const);
const attempt = fc.oneof(
  fc.constant((order: Order) => cancel(order, at)),
  run.map((run) => (order: Order) => confirm(order, run, at)),
  fc.tuple(run, reason).map(
    ([run, reason]) =>
      (order: Order) =>
        refuse(order, run, reason, at),
  ),
  run.map((run) => (order: Order) => close(order, run, at)),
);

it('moves along the graph alone, whoever tries what', () =>
  // Invariant 9. Red when confirm does not ask for `placed`, when close does not ask for `cancelling`, when refuse takes any
  // run, and when unwinding does not raise it.
  fc.assert(
    fc.property(fc.array(attempt, { maxLength: 12 }), (attempts) => {
      let order = anOrder();
      for (const tried of attempts) {
        const moved = tried(order);
        if (!moved.ok) continue;
        const next = moved.value;
        if (next !== order) {
          expect(graph[order.status]).toContain(next.status);
          expect(next.version).toBe(order.version + 1);
          expect(next.run).toBe(order.run + (next.status === 'cancelling' ? 1 : 0));
          expect(next.history.slice(0, -1)).toEqual(order.history);
          expect(next.history.at(-1)?.status).toBe(next.status);
        }
        const repeated = tried(next);
        expect(repeated.ok && repeated.value).toBe(next);
        order = next;
      }
    }),
    { numRuns: 2_000 },
  ));

it('lets no run but the one in charge move it', () =>
  // Invariant 9. Red when confirm, refuse or close takes any run.
  fc.assert(
    fc.property(
      run,
      fc.integer({ min: -2, max: 2 }).filter((off) => off !== 0),
      reason,
      (inCharge, off, why) => {
        const placed = anOrder({ run: inCharge });
        const cancelling = anOrder({ run: inCharge, status: 'cancelling', reason: 'cancelled_by_customer' });
        const superseded = { ok: false, error: 'superseded' };
        expect(confirm(placed, inCharge + off, at)).toEqual(superseded);
        expect(refuse(placed, inCharge + off, why, at)).toEqual(superseded);
        expect(close(cancelling, inCharge + off, at)).toEqual(superseded);
      },
    ),
  ));
