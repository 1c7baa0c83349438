import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordOfflinePayment } from '#orders/domain/customer';
import { chooseGivingWay } from '#orders/domain/giving-way';
import type { Pause } from '#orders/domain/pause';
import { type PausedTime, paymentDeadline } from '#orders/domain/payment-time';
import { examine } from '#orders/domain/sweep';
import { addMs, type OrderId } from '#platform/kernel';
import { anOfflineOrder, anOrder, at, aWaitingOrder, momentAt, mug } from '../fixtures/order.ts';

const MINUTE = 60_000;
const giveWayAfterMinutes = 7;
const deadline = addMs(at, 10 * MINUTE);
const offline = anOfflineOrder({ deadline, due: at });

/** Each place that judges how long an order has waited for its customer: whether the time is over, which it is after these minutes. */
const judges: Readonly<Record<string, { readonly minutes: number; readonly isOver: (time: PausedTime) => boolean }>> = {
  'a payment is recorded': {
    minutes: 10,
    isOver({ at: now, pauses }) {
      const payment = { amount: offline.total, reference: 'bank 7', key: 'k1', requestDigest: 'd1' };
      return !recordOfflinePayment(offline, payment, { ...momentAt(now), pauses }).ok;
    },
  },
  'the sweep expires the order': {
    minutes: 10,
    isOver: ({ at: now, pauses }) =>
      examine(offline, momentAt(now), { pauses, providerIsAvailable: true }).finding === 'expired',
  },
  'the deadline is shown': {
    minutes: 10,
    isOver: (time) => (paymentDeadline(offline, time) as string) <= time.at,
  },
  'the order gives way': {
    minutes: giveWayAfterMinutes,
    isOver(time) {
      const holder = { order: offline, held: new Map([[mug, 1]]) };
      const options = { ...time, afterMinutes: giveWayAfterMinutes };
      return chooseGivingWay([{ sku: mug, missing: 1 }], [holder], options) !== undefined;
    },
  },
};

const minute = fc.integer({ min: -3, max: 25 });
const pause = fc.tuple(minute, minute, fc.boolean()).map(
  ([from, to, lasts]): Pause => ({
    from: addMs(at, Math.min(from, to) * MINUTE),
    ...(!lasts && { until: addMs(at, Math.max(from, to) * MINUTE) }),
    reason: 'incident',
  }),
);
const isWithin = (now: number, { from, until }: Pause) =>
  from <= addMs(at, now * MINUTE) && (until === undefined || addMs(at, now * MINUTE) < until);

describe.each(Object.entries(judges))('where %s', (name, { minutes, isOver }) => {
  it('the time of an order that waits for its customer does not go on within a pause', () =>
    // Fails if a judge does not know the pauses, or counts what lies before the order went offline.
    fc.assert(
      fc.property(fc.array(pause, { maxLength: 4 }), fc.integer({ min: 0, max: 30 }), (pauses, now) => {
        let counted = 0;
        for (let n = 0; n < now; n += 1) if (!pauses.some((one) => isWithin(n, one))) counted += 1;
        const isHeld = name === 'the order gives way' && pauses.some((one) => isWithin(now, one));
        const expected = counted >= minutes && !isHeld;
        expect(isOver({ at: addMs(at, now * MINUTE), pauses })).toBe(expected);
      }),
      { numRuns: 500 },
    ));

  it('an order whose time was not over when a pause began keeps it until the pause ends', () => {
    const pauses = [{ from: addMs(at, 2 * MINUTE), reason: 'incident' }];
    expect(isOver({ at: addMs(at, 10_000 * MINUTE), pauses })).toBe(false);
  });
});

it('an order gives way in no pause, although its time was over before', () => {
  const time = { at: addMs(at, 60 * MINUTE), pauses: [{ from: addMs(at, 30 * MINUTE), reason: 'incident' }] };
  expect(judges['the order gives way']?.isOver(time)).toBe(false);
  expect(judges['the order gives way']?.isOver({ ...time, pauses: [] })).toBe(true);
});

it('only an order that is offline has a deadline', () => {
  const time = { at, pauses: [] };
  expect(paymentDeadline(offline, time)).toBe(deadline);
  for (const order of [anOrder({ id: 'o2' as OrderId, deadline }), { ...aWaitingOrder(), deadline }])
    expect(paymentDeadline(order, time)).toBeUndefined();
});

it('a pause does not extend the wait for the provider, because it is no deadline of the customer', () => {
  const pauses = [{ from: at, reason: 'incident' }];
  const end = momentAt(addMs(at, 5 * MINUTE));
  expect(examine(aWaitingOrder(), end, { pauses, providerIsAvailable: false }).finding).toBe('offline');
});
