import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parkedFrom, resumeParked } from '#orders/domain/attention';
import { cancelByCustomer, recordOfflinePayment } from '#orders/domain/customer';
import { giveWay, tryAgain } from '#orders/domain/giving-way';
import { isInProgress, type Order, restart, type Status } from '#orders/domain/order';
import { defaultPolicy } from '#orders/domain/policy';
import {
  cancelAfterRefusal,
  markAwaitingPayment,
  markCancelled,
  markConfirmed,
  markNeedsAttention,
} from '#orders/domain/saga-step';
import { examine, restartAsCanary } from '#orders/domain/sweep';
import { addMs, ok } from '#platform/kernel';
import { anOrder, at, limits, momentAt, moment as startMoment } from '../fixtures/order.ts';

const graph: Readonly<Record<Status, readonly Status[]>> = {
  placed: ['confirmed', 'awaiting_payment', 'cancelling', 'needs_attention'],
  awaiting_payment: ['placed', 'confirmed', 'cancelling'],
  cancelling: ['cancelled', 'needs_attention'],
  needs_attention: ['placed', 'cancelling'],
  confirmed: [],
  cancelled: [],
};

const run = fc.integer({ min: 1, max: 4 });
const minutes = fc.constantFrom(0, 5, 60, null);
const reason = fc.constantFrom('out_of_stock' as const, 'payment_declined' as const);
/** Up to twice the longest deadline, so often after the shortest. */
const moment = fc.integer({ min: 0, max: 2 * limits.paymentDeadlineMs }).map((ms) => momentAt(addMs(at, ms)));

const transition: fc.Arbitrary<{
  readonly apply: (order: Order) => { ok: boolean; value?: Order };
  readonly name: string;
}> = fc.oneof(
  moment.map((now) => ({ name: 'cancel', apply: (order: Order) => cancelByCustomer(order, now) })),
  fc.tuple(run, moment).map(([run, now]) => ({ name: 'confirm', apply: (o: Order) => markConfirmed(o, run, now) })),
  fc.tuple(run, minutes, moment).map(([run, offlineAfterMinutes, now]) => ({
    name: 'await',
    apply: (o: Order) =>
      markAwaitingPayment(o, { run, policy: { offlineAfterMinutes, giveWayAfterMinutes: null } }, now),
  })),
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
    apply: (o: Order) =>
      recordOfflinePayment(o, { amount: o.total, reference: 'bank', key, requestDigest }, { ...now, pauses: [] }),
  })),
  fc.tuple(fc.boolean(), fc.boolean(), moment).map(([providerIsAvailable, canary, now]) => ({
    name: 'sweep',
    apply: (o: Order) => {
      const examined = examine(o, now, { pauses: [], providerIsAvailable });
      if ('order' in examined) return ok(examined.order);
      if (examined.finding === 'nothing') return ok(o);
      return ok(canary ? restartAsCanary(o, now) : restart(o, now));
    },
  })),
  moment.map((now) => ({ name: 'give way', apply: (o: Order) => ok(giveWay(o, now)) })),
  moment.map((now) => ({ name: 'try again', apply: (o: Order) => ok(o.status === 'placed' ? tryAgain(o, now) : o) })),
  moment.map((now) => ({ name: 'resume', apply: (o: Order) => resumeParked(o, now) })),
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
        if (next.status === 'awaiting_payment' && order.status === 'awaiting_payment') {
          expect(name).toBe('sweep');
          expect([order.waitsUntil === undefined, next.waitsUntil, next.run]).toEqual([false, undefined, order.run]);
        } else if (next.status === order.status) {
          expect(['sweep', 'try again']).toContain(name);
          const { restarts, due, giveWays, version } = next;
          expect(next).toEqual({ ...order, run: order.run + 1, restarts, due, version, ...(giveWays && { giveWays }) });
        } else {
          expect(graph[order.status]).toContain(next.status);
          expect(next.run).toBe(order.run + (isInProgress(next) ? 1 : 0));
          if (order.status === 'needs_attention' && name === 'resume') expect(next.status).toBe(parkedFrom(order));
          if (next.status === 'placed') expect(['sweep', 'resume']).toContain(name);
          // the deadline, want of stock or money, another order, or the customer: nothing else cancels
          if (next.status === 'cancelling' && name === 'sweep') expect(next.reason).toBe('payment_expired');
          expect(next.history.slice(0, -1)).toEqual(order.history);
          expect(next.history.at(-1)?.status).toBe(next.status);
        }
        if (!['sweep', 'try again'].includes(name)) expect(apply(next).value).toBe(next);
        order = next;
      }
    }),
    { numRuns: 3_000 },
  ));

it('is due while it must make progress, has a deadline or a wait only while it awaits its payment, and never both', () =>
  // Invariant 8. Fails if a transition keeps the deadline, the wait or the time of the sweep of the previous status.
  fc.assert(
    fc.property(fc.array(transition, { maxLength: 14 }), (transitions) => {
      let order = anOrder();
      for (const { apply } of transitions) order = apply(order).value ?? order;
      const awaits = order.status === 'awaiting_payment';
      expect(order.due !== undefined).toBe(awaits || isInProgress(order));
      expect(Number(order.deadline !== undefined) + Number(order.waitsUntil !== undefined)).toBe(awaits ? 1 : 0);
      if (order.deadline) expect(order.due).toBe(order.deadline);
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
        expect(markAwaitingPayment(placed, { run, policy: defaultPolicy }, startMoment)).toEqual(superseded);
        expect(cancelAfterRefusal(placed, { run, reason }, startMoment)).toEqual(superseded);
        expect(markCancelled(cancelling, run, startMoment)).toEqual(superseded);
        expect(markNeedsAttention(cancelling, { run, cause: 'refused' }, startMoment)).toEqual(superseded);
      },
    ),
  ));
