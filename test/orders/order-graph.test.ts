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
import { anOrder, at, limits, momentAt, moment as startMoment } from '../fixtures/order.ts';

const graph: Readonly<Record<Status, readonly Status[]>> = {
  placed: ['confirmed', 'awaiting_payment', 'cancelling', 'needs_attention'],
  awaiting_payment: ['confirmed', 'cancelling'],
  cancelling: ['cancelled', 'needs_attention'],
  needs_attention: ['placed', 'cancelling'],
  confirmed: [],
  cancelled: [],
};

const run = fc.integer({ min: 1, max: 4 });
const reason = fc.constantFrom('out_of_stock' as const, 'payment_declined' as const);
/** Up to twice the longest deadline, so often after the shortest. */
const moment = fc.integer({ min: 0, max: 2 * limits.paymentDeadlineMs }).map((ms) => momentAt(addMs(at, ms)));

const transition: fc.Arbitrary<{
  readonly apply: (order: Order) => { ok: boolean; value?: Order };
  readonly name: string;
}> = fc.oneof(
  moment.map((now) => ({ name: 'cancel', apply: (order: Order) => cancelByCustomer(order, now) })),
  fc.tuple(run, moment).map(([run, now]) => ({ name: 'confirm', apply: (o: Order) => markConfirmed(o, run, now) })),
  fc.tuple(run, moment).map(([run, now]) => ({ name: 'await', apply: (o: Order) => markAwaitingPayment(o, run, now) })),
  fc.tuple(run, moment).map(([run, now]) => ({ name: 'close', apply: (o: Order) => markCancelled(o, run, now) })),
  fc.tuple(run, moment).map(([run, now]) => ({
    name: 'park',
    apply: (o: Order) => markNeedsAttention(o, { run, cause: 'refused' }, now),
  })),
  fc.tuple(run, reason, moment).map(([run, reason, now]) => ({
    name: 'refuse',
    apply: (o: Order) => cancelAfterRefusal(o, { run, reason }, now),
  })),
  fc.tuple(fc.constantFrom('k1', 'k2'), fc.constantFrom('d1', 'd2'), moment).map(([key, requestDigest, now]) => ({
    name: 'pay',
    apply: (o: Order) => recordOfflinePayment(o, { amount: o.total, reference: 'bank', key, requestDigest }, now),
  })),
  moment.map((now) => ({ name: 'sweep', apply: (o: Order) => ok(sweepOrder(o, now)) })),
  moment.map((now) => ({ name: 'resume', apply: (o: Order) => resumeUnwinding(o, now) })),
);

it('takes only transitions of the graph, in any order and at any time', () =>
  // Invariant 9. Fails if confirm does not require `placed`, if close or park do not require `cancelling`, if pay accepts a placed
  // order, if a fence ignores the run, and if unwinding or a restart does not raise it.
  fc.assert(
    fc.property(fc.array(transition, { maxLength: 14 }), (transitions) => {
      let order = anOrder();
      for (const { name, apply } of transitions) {
        const next = apply(order).value;
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
          const startsRun = next.status === 'cancelling' || next.status === 'placed';
          expect(next.run).toBe(order.run + (startsRun ? 1 : 0));
          expect(next.history.slice(0, -1)).toEqual(order.history);
          expect(next.history.at(-1)?.status).toBe(next.status);
        }
        if (name !== 'sweep') expect(apply(next).value).toBe(next);
        order = next;
      }
    }),
    { numRuns: 3_000 },
  ));

it('is due while it waits for something, never after its deadline, and not due while it waits for nothing', () =>
  // Invariant 8. Fails if a transition keeps the deadline of the previous status, or if a restart is due after the deadline.
  fc.assert(
    fc.property(fc.array(transition, { maxLength: 14 }), (transitions) => {
      let order = anOrder();
      for (const { apply } of transitions) order = apply(order).value ?? order;
      const waits = ['placed', 'awaiting_payment', 'cancelling'].includes(order.status);
      expect(order.due !== undefined).toBe(waits);
      expect(order.deadline !== undefined).toBe(waits);
      if (waits) expect((order.due as string) <= (order.deadline as string)).toBe(true);
    }),
    { numRuns: 2_000 },
  ));

it('accepts steps of its current run only', () =>
  // Invariant 9. Fails if confirm, refuse, close or park accepts any run.
  fc.assert(
    fc.property(
      run,
      fc.integer({ min: -2, max: 2 }).filter((offset) => offset !== 0),
      reason,
      (currentRun, offset, reason) => {
        const placed = anOrder({ run: currentRun });
        const cancelling = anOrder({ run: currentRun, status: 'cancelling', reason: 'cancelled_by_customer' });
        const superseded = { ok: false, error: 'superseded' };
        const run = currentRun + offset;
        expect(markConfirmed(placed, run, startMoment)).toEqual(superseded);
        expect(markAwaitingPayment(placed, run, startMoment)).toEqual(superseded);
        expect(cancelAfterRefusal(placed, { run, reason }, startMoment)).toEqual(superseded);
        expect(markCancelled(cancelling, run, startMoment)).toEqual(superseded);
        expect(markNeedsAttention(cancelling, { run, cause: 'refused' }, startMoment)).toEqual(superseded);
      },
    ),
  ));
