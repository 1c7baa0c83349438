import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cancelByCustomer, recordOfflinePayment } from '#orders/domain/customer';
import type { Order, Status } from '#orders/domain/order';
import {
  cancelAfterRefusal,
  markAwaitingPayment,
  markCancelled,
  markConfirmed,
  markNeedsAttention,
} from '#orders/domain/saga-step';
import { resumeUnwinding, sweepOrder } from '#orders/domain/sweep';
import { addMs, ok } from '#platform/kernel';
import { anOrder, at, limits } from './fixtures/order.ts';

const graph: Readonly<Record<Status, readonly Status[]>> = {
  placed: ['confirmed', 'awaiting_payment', 'cancelling'],
  awaiting_payment: ['confirmed', 'cancelling'],
  cancelling: ['cancelled', 'needs_attention'],
  needs_attention: ['cancelling'],
  confirmed: [],
  cancelled: [],
};

const run = fc.integer({ min: 1, max: 4 });
const reason = fc.constantFrom('out_of_stock' as const, 'payment_declined' as const);
/** Never past the longest deadline, often past the shortest. */
const time = fc.integer({ min: 0, max: 2 * limits.paymentDeadlineMs }).map((ms) => addMs(at, ms));

const attempt: fc.Arbitrary<{
  readonly tried: (order: Order) => { ok: boolean; value?: Order };
  readonly name: string;
}> = fc.oneof(
  time.map((now) => ({ name: 'cancel', tried: (order: Order) => cancelByCustomer(order, now, limits) })),
  fc
    .tuple(run, time)
    .map(([run, now]) => ({ name: 'confirm', tried: (o: Order) => markConfirmed(o, run, now, limits) })),
  fc
    .tuple(run, time)
    .map(([run, now]) => ({ name: 'await', tried: (o: Order) => markAwaitingPayment(o, run, now, limits) })),
  fc.tuple(run, time).map(([run, now]) => ({ name: 'close', tried: (o: Order) => markCancelled(o, run, now, limits) })),
  fc
    .tuple(run, time)
    .map(([run, now]) => ({ name: 'park', tried: (o: Order) => markNeedsAttention(o, run, 'refused', now, limits) })),
  fc.tuple(run, reason, time).map(([run, why, now]) => ({
    name: 'refuse',
    tried: (o: Order) => cancelAfterRefusal(o, run, why, now, limits),
  })),
  fc.tuple(fc.constantFrom('k1', 'k2'), time).map(([key, now]) => ({
    name: 'pay',
    tried: (o: Order) => recordOfflinePayment(o, o.total, { key, reference: 'bank', at: now }, limits),
  })),
  time.map((now) => ({ name: 'sweep', tried: (o: Order) => ok(sweepOrder(o, now, limits)) })),
  time.map((now) => ({ name: 'resume', tried: (o: Order) => resumeUnwinding(o, now, limits) })),
);

it('moves along the graph alone, whoever tries what and when', () =>
  // Invariant 9. Red when confirm does not ask for `placed`, when close or park do not ask for `cancelling`, when pay takes a
  // placed order, when a fence leaves out the run, and when unwinding or a restart does not raise it.
  fc.assert(
    fc.property(fc.array(attempt, { maxLength: 14 }), (attempts) => {
      let order = anOrder();
      for (const { name, tried } of attempts) {
        const next = tried(order).value;
        if (next === undefined || next === order) continue;
        expect(next.version).toBe(order.version + 1);
        if (next.status === order.status) {
          expect(name).toBe('sweep');
          expect(next).toEqual({
            ...order,
            run: order.run + 1,
            restarts: order.restarts + 1,
            due: next.due,
            version: next.version,
          });
        } else {
          expect(graph[order.status]).toContain(next.status);
          expect(next.run).toBe(order.run + (next.status === 'cancelling' ? 1 : 0));
          expect(next.history.slice(0, -1)).toEqual(order.history);
          expect(next.history.at(-1)?.status).toBe(next.status);
        }
        if (name !== 'sweep') expect(tried(next).value).toBe(next);
        order = next;
      }
    }),
    { numRuns: 3_000 },
  ));

it('is due while it waits for something, never after its deadline, and never once it rests', () =>
  // Invariant 8. Red when a move keeps the deadline of the status before, or when a restart is due after the deadline.
  fc.assert(
    fc.property(fc.array(attempt, { maxLength: 14 }), (attempts) => {
      let order = anOrder();
      for (const { tried } of attempts) order = tried(order).value ?? order;
      const waits = ['placed', 'awaiting_payment', 'cancelling'].includes(order.status);
      expect(order.due !== undefined).toBe(waits);
      expect(order.deadline !== undefined).toBe(waits);
      if (waits) expect((order.due as string) <= (order.deadline as string)).toBe(true);
    }),
    { numRuns: 2_000 },
  ));

it('lets no run but the one in charge move it', () =>
  // Invariant 9. Red when confirm, refuse, close or park takes any run.
  fc.assert(
    fc.property(
      run,
      fc.integer({ min: -2, max: 2 }).filter((off) => off !== 0),
      reason,
      (inCharge, off, why) => {
        const placed = anOrder({ run: inCharge });
        const cancelling = anOrder({ run: inCharge, status: 'cancelling', reason: 'cancelled_by_customer' });
        const superseded = { ok: false, error: 'superseded' };
        expect(markConfirmed(placed, inCharge + off, at, limits)).toEqual(superseded);
        expect(markAwaitingPayment(placed, inCharge + off, at, limits)).toEqual(superseded);
        expect(cancelAfterRefusal(placed, inCharge + off, why, at, limits)).toEqual(superseded);
        expect(markCancelled(cancelling, inCharge + off, at, limits)).toEqual(superseded);
        expect(markNeedsAttention(cancelling, inCharge + off, 'refused', at, limits)).toEqual(superseded);
      },
    ),
  ));
