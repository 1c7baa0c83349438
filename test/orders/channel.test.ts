import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOffline, isWaiting, makeOffline } from '#orders/domain/channel';
import { recordOfflinePayment } from '#orders/domain/customer';
import type { Order } from '#orders/domain/order';
import { endPause, extendedDeadline, type Pause, pausedMs, startPause } from '#orders/domain/pause';
import { isPastNominalDeadline } from '#orders/domain/payment-time';
import { markAwaitingPayment } from '#orders/domain/saga-step';
import { examine } from '#orders/domain/sweep';
import { addMs } from '#platform/kernel';
import { anOfflineOrder, anOrder, at, aWaitingOrder, eur, limits, momentAt } from '../fixtures/order.ts';

const MINUTE = 60_000;
const refused = (error: string) => ({ ok: false, error });
const awaitPayment = (order: Order, offlineAfterMinutes: number | null, now = at): Order => {
  const policy = { offlineAfterMinutes, giveWayAfterMinutes: null };
  const result = markAwaitingPayment(order, { run: order.run, policy }, momentAt(now));
  if (!result.ok) throw new Error(result.error);
  return result.value;
};
const available = { pauses: [], providerIsAvailable: true };
const unavailable = { pauses: [], providerIsAvailable: false };

describe('an order that meets an unavailable provider', () => {
  it('waits as long as its policy says, is due at once and has no deadline', () => {
    const waiting = awaitPayment(anOrder(), 5, addMs(at, MINUTE));
    expect(waiting).toMatchObject({ status: 'awaiting_payment', run: 1, waitsUntil: addMs(at, 6 * MINUTE) });
    expect([waiting.due, waiting.deadline]).toEqual([addMs(at, MINUTE), undefined]);
    expect([isWaiting(waiting), isOffline(waiting)]).toEqual([true, false]);
  });

  it('is offline at once with a policy of 0 minutes, and has a deadline', () => {
    const offline = awaitPayment(anOrder(), 0);
    const deadline = addMs(at, limits.paymentDeadlineMs);
    expect(offline).toMatchObject({ deadline, due: deadline });
    expect([isWaiting(offline), isOffline(offline)]).toEqual([false, true]);
  });

  it('waits without end with the policy `null`', () => {
    const waiting = awaitPayment(anOrder(), null);
    expect(waiting.waitsUntil).toBe('never');
    const after = momentAt(addMs(at, 365 * 24 * 60 * MINUTE));
    expect(examine(waiting, after, unavailable)).toEqual({ finding: 'nothing' });
  });

  it('is released to `placed` with a new run once the provider is available', () => {
    expect(examine(aWaitingOrder(), momentAt(addMs(at, MINUTE)), available)).toMatchObject({
      finding: 'released',
      order: { status: 'placed', run: 2, due: addMs(at, MINUTE + limits.standstillMs) },
    });
  });

  it('becomes offline when its wait is over: its deadline counts from then, and nothing charges it any more', () => {
    const end = momentAt(addMs(at, 5 * MINUTE));
    const deadline = addMs(end.at, limits.paymentDeadlineMs);
    const made = examine(aWaitingOrder(), end, unavailable);
    expect(made).toMatchObject({
      finding: 'offline',
      order: { status: 'awaiting_payment', run: 1, version: 3, deadline, due: deadline },
    });
    if (!('order' in made)) throw new Error(made.finding);
    expect(isWaiting(made.order)).toBe(false);
    expect(made.order.history.slice(1)).toEqual([
      { at, status: 'awaiting_payment' },
      { at: end.at, status: 'awaiting_payment' },
    ]);
    expect(examine(made.order, momentAt(addMs(end.at, MINUTE)), available)).toEqual({ finding: 'nothing' });
  });

  it('waits from the first time that it awaited its payment, however often it was released', () => {
    let order = awaitPayment(anOrder(), 5);
    for (const minute of [1, 3]) {
      const released = examine({ ...order, due: at }, momentAt(addMs(at, minute * MINUTE)), available);
      if (!('order' in released)) throw new Error(released.finding);
      order = awaitPayment(released.order, 5, addMs(at, (minute + 1) * MINUTE));
      expect(order.waitsUntil).toBe(addMs(at, 5 * MINUTE));
    }
    const released = examine({ ...order, due: at }, momentAt(addMs(at, 4.5 * MINUTE)), available);
    if (!('order' in released)) throw new Error(released.finding);
    expect(isOffline(awaitPayment(released.order, 5, addMs(at, 5 * MINUTE)))).toBe(true);
  });

  it('is looked at later each time that it waits again, but not after its wait is over', () => {
    let order = awaitPayment(anOrder(), null);
    const looks: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      looks.push((Date.parse(order.due ?? '') - Date.parse(at)) / MINUTE);
      const released = examine({ ...order, due: at }, momentAt(at), available);
      if (!('order' in released)) throw new Error(released.finding);
      order = awaitPayment(released.order, null);
    }
    expect(looks).toEqual([0, 1, 2, 4, 8, 15, 15, 15]);
    const released = examine(aWaitingOrder(), momentAt(at), available);
    if (!('order' in released)) throw new Error(released.finding);
    const again = awaitPayment(released.order, 5, addMs(at, 4.5 * MINUTE));
    expect(again.due).toBe(again.waitsUntil);
  });
});

describe('an offline payment', () => {
  const offline = anOfflineOrder();
  const later = addMs(at, MINUTE);
  const { total } = offline;
  type Change = {
    amount?: typeof total;
    key?: string;
    requestDigest?: string;
    now?: string;
    pauses?: readonly Pause[];
  };
  const pay = (
    order: Order,
    { amount = total, key = 'k1', requestDigest = 'd1', now = later, pauses = [] }: Change = {},
  ) => recordOfflinePayment(order, { amount, reference: 'bank 7', key, requestDigest }, { ...momentAt(now), pauses });

  it('confirms an order that awaits it, once per key', () => {
    const paid = pay(offline);
    expect(paid).toMatchObject({
      value: { status: 'confirmed', paid: { key: 'k1', requestDigest: 'd1', reference: 'bank 7', at: later }, run: 1 },
    });
    if (!paid.ok) throw new Error(paid.error);
    const again = pay(paid.value);
    expect(again.ok && again.value).toBe(paid.value);
    expect(pay(paid.value, { requestDigest: 'd2' })).toEqual(refused('key_reused'));
    expect(pay(paid.value, { key: 'k2' })).toEqual(refused('not_awaiting_payment'));
  });

  it('is refused for an order that waits for the provider, because it will be charged', () =>
    expect(pay(aWaitingOrder())).toEqual(refused('waiting_for_provider')));

  it.each([
    ['too much', eur(55_01), 'wrong_amount'],
    ['too little', eur(54_99), 'wrong_amount'],
    ['another currency', { amount: 55_00, currency: 'USD' }, 'wrong_amount'],
  ])('is refused for %s', (_, amount, error) => expect(pay(offline, { amount })).toEqual(refused(error)));

  it('is refused at the deadline or later, except within a pause and for as long after as it lasted before the deadline', () => {
    const deadline = offline.deadline as string;
    expect(isPastNominalDeadline(offline, addMs(deadline, -1))).toBe(false);
    expect(isPastNominalDeadline(offline, deadline)).toBe(true);
    expect(isPastNominalDeadline(aWaitingOrder(), deadline)).toBe(false);
    expect(isPastNominalDeadline(anOrder(), deadline)).toBe(false);
    expect(pay(offline, { now: deadline })).toEqual(refused('not_awaiting_payment'));
    const pause = { from: addMs(deadline, -MINUTE), until: addMs(deadline, MINUTE), reason: 'incident' };
    const { until: _, ...lasting } = pause;
    expect(pay(offline, { now: addMs(deadline, 9 * MINUTE), pauses: [lasting] })).toMatchObject({ ok: true });
    expect(pay(offline, { now: addMs(deadline, 2 * MINUTE - 1), pauses: [pause] })).toMatchObject({ ok: true });
    expect(pay(offline, { now: addMs(deadline, 2 * MINUTE), pauses: [pause] })).toEqual(
      refused('not_awaiting_payment'),
    );
  });

  it.each<[string, Partial<Order>]>([
    ['placed', { status: 'placed' }],
    ['being unwound', { status: 'cancelling' }],
    ['cancelled', { status: 'cancelled' }],
    ['without a deadline', { deadline: undefined }],
  ])('is refused for an order that is %s', (_, change) =>
    expect(pay({ ...offline, ...change })).toEqual(refused('not_awaiting_payment')),
  );
});

describe('pauses', () => {
  const ms = fc.integer({ min: 0, max: 1_000 });
  const interval = fc.tuple(ms, ms).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  const pause = fc.tuple(interval, fc.boolean()).map(
    ([[from, until], ended]): Pause => ({
      from: addMs(at, from),
      ...(ended && { until: addMs(at, until) }),
      reason: 'r',
    }),
  );

  it('count each millisecond of the interval that lies in any of them, once', () =>
    // Fails if overlapping pauses count twice, if a pause counts before or after the interval, or if a lasting one counts as ended.
    fc.assert(
      fc.property(fc.array(pause, { maxLength: 5 }), interval, (pauses, [from, to]) => {
        let expected = 0;
        for (let now = from; now < to; now += 1)
          if (pauses.some((p) => p.from <= addMs(at, now) && (p.until === undefined || p.until > addMs(at, now))))
            expected += 1;
        expect(pausedMs(pauses, { from: addMs(at, from), to: addMs(at, to) })).toBe(expected);
      }),
      { numRuns: 300 },
    ));

  it('never shorten a deadline, and within a pause that began before it the deadline never passes', () =>
    fc.assert(
      fc.property(fc.array(pause, { maxLength: 4 }), ms, fc.integer({ min: 1, max: 900 }), (pauses, since, length) => {
        const deadline = addMs(at, since + length);
        const now = addMs(at, 2_000);
        const extended = extendedDeadline({ deadline, since: addMs(at, since) }, pauses, now);
        expect(extended >= deadline).toBe(true);
        if (pauses.some(({ from, until }) => from < deadline && until === undefined)) expect(extended > now).toBe(true);
      }),
    ));

  it('are started once and ended once, and those that ended long ago are forgotten', () => {
    const first = startPause([], { at, reason: 'a', forgetBefore: at });
    expect(first).toEqual([{ from: at, reason: 'a' }]);
    expect(startPause(first ?? [], { at: addMs(at, 1), reason: 'b', forgetBefore: at })).toBeUndefined();
    const ended = endPause(first ?? [], addMs(at, 5));
    expect(ended).toEqual([{ from: at, until: addMs(at, 5), reason: 'a' }]);
    expect(endPause(ended ?? [], addMs(at, 6))).toBeUndefined();
    const next = { at: addMs(at, 9), reason: 'b' };
    expect(startPause(ended ?? [], { ...next, forgetBefore: at })).toHaveLength(2);
    expect(startPause(ended ?? [], { ...next, forgetBefore: addMs(at, 6) })).toEqual([{ from: next.at, reason: 'b' }]);
    const twice = startPause(ended ?? [], { ...next, forgetBefore: at });
    expect(endPause(twice ?? [], addMs(at, 12))?.map(({ until }) => until)).toEqual([addMs(at, 5), addMs(at, 12)]);
  });
});

it('an offline order is expired by the sweep only once its extended deadline has passed, and the pauses are known', () => {
  const order = makeOffline(aWaitingOrder(), momentAt(at));
  const deadline = addMs(at, limits.paymentDeadlineMs);
  const pauses = [{ from: addMs(at, MINUTE), until: addMs(at, 3 * MINUTE), reason: 'incident' }];
  const sweepAt = (now: string, known: readonly Pause[] | undefined) =>
    examine(order, momentAt(now), { pauses: known, providerIsAvailable: true }).finding;
  expect(sweepAt(addMs(deadline, -1), [])).toBe('nothing');
  expect(sweepAt(deadline, [])).toBe('expired');
  expect(sweepAt(deadline, undefined)).toBe('nothing');
  expect(sweepAt(addMs(deadline, 2 * MINUTE - 1), pauses)).toBe('nothing');
  expect(sweepAt(addMs(deadline, 2 * MINUTE), pauses)).toBe('expired');
  expect(examine(order, momentAt(deadline), unavailable)).toMatchObject({
    order: { status: 'cancelling', reason: 'payment_expired', run: 2 },
  });
});
