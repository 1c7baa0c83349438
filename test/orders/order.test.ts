import { describe, expect, it } from 'vitest';
import { cancelByCustomer, createOrder, recordOfflinePayment } from '#orders/domain/customer';
import {
  cancelAfterRefusal,
  markAwaitingPayment,
  markCancelled,
  markConfirmed,
  markNeedsAttention,
} from '#orders/domain/saga-step';
import { resumeUnwinding, sweepOrder } from '#orders/domain/sweep';
import { addMs } from '#platform/kernel';
import { anOrder, anOrderWithoutDeadline, at, eur, limits, moment, momentAt, mug } from '../fixtures/order.ts';

const { total, status, run, restarts, deadline, due, version, history, ...request } = anOrder();
const line = (amount: number, currency = 'EUR', quantity = 1) => ({
  sku: mug,
  quantity,
  unitPrice: { amount, currency },
});
const createWithLines = (...lines: ReturnType<typeof line>[]) =>
  createOrder({ ...request, lines: lines as [ReturnType<typeof line>] }, moment);
const refused = (error: string) => ({ ok: false, error });

const later = addMs(at, 60_000);
const laterMoment = momentAt(later);
const placed = anOrder();
const confirmed = anOrderWithoutDeadline({ status: 'confirmed', version: 2 });
const awaiting = anOrder({ status: 'awaiting_payment', version: 2, deadline: addMs(at, limits.paymentDeadlineMs) });
const cancelling = anOrder({ status: 'cancelling', run: 2, version: 2, reason: 'out_of_stock' });
const cancelled = anOrderWithoutDeadline({ status: 'cancelled', run: 2, version: 3, reason: 'out_of_stock' });
const parked = anOrderWithoutDeadline({
  status: 'needs_attention',
  run: 2,
  version: 3,
  reason: 'out_of_stock',
  cause: 'refused',
});

describe('a new order', () => {
  it('has the sum of its lines in minor units and run 1', () => {
    expect(createWithLines(line(12_50, 'EUR', 2), line(30_00))).toEqual({
      ok: true,
      value: anOrder({ lines: [line(12_50, 'EUR', 2), line(30_00)] }),
    });
  });

  it('is refused with two currencies', () =>
    expect(createWithLines(line(1), line(1, 'USD'))).toEqual(refused('mixed_currencies')));

  it('is refused in a currency that was withdrawn after its products were put', () =>
    expect(createWithLines(line(1, 'BGN'))).toEqual(refused('withdrawn_currency')));

  it('may have the maximum total, and not a cent more', () => {
    const limit = eur(100_000_00);
    expect(createWithLines(line(limit.amount))).toMatchObject({ ok: true, value: { total: limit } });
    expect(createWithLines(line(limit.amount), line(1))).toEqual({
      ok: false,
      error: { refusal: 'total_too_large', limit },
    });
  });
});

describe('a transition', () => {
  it('adds to the history, and sets the deadline and the time of the next sweep', () => {
    expect(cancelByCustomer(placed, laterMoment)).toEqual({
      ok: true,
      value: {
        ...placed,
        status: 'cancelling',
        reason: 'cancelled_by_customer',
        run: 2,
        deadline: addMs(later, limits.parkAfterMs),
        due: addMs(later, limits.standstillMs),
        version: 2,
        history: [
          { at, status: 'placed' },
          { at: later, status: 'cancelling', reason: 'cancelled_by_customer' },
        ],
      },
    });
    expect(markConfirmed(placed, 1, laterMoment)).toEqual({
      ok: true,
      value: {
        ...confirmed,
        history: [
          { at, status: 'placed' },
          { at: later, status: 'confirmed' },
        ],
      },
    });
    const waiting = addMs(later, limits.paymentDeadlineMs);
    expect(markAwaitingPayment(placed, 1, laterMoment)).toMatchObject({
      value: { status: 'awaiting_payment', run: 1, deadline: waiting, due: waiting },
    });
    expect(markCancelled(cancelling, 2, laterMoment)).toMatchObject({
      value: {
        status: 'cancelled',
        run: 2,
        version: 3,
        history: [{}, { status: 'cancelled', reason: 'out_of_stock' }],
      },
    });
    expect(markNeedsAttention(cancelling, { run: 2, cause: 'refused' }, laterMoment)).toMatchObject({
      value: {
        status: 'needs_attention',
        cause: 'refused',
        history: [{}, { reason: 'out_of_stock', cause: 'refused' }],
      },
    });
  });

  it('does not cancel a confirmed order', () =>
    expect(cancelByCustomer(confirmed, moment)).toEqual(refused('order_confirmed')));

  it('cancels an order that awaits its payment', () =>
    expect(cancelByCustomer(awaiting, moment)).toMatchObject({ value: { status: 'cancelling', run: 2 } }));

  it.each([
    ['a confirmation of another run', markConfirmed(placed, 2, moment)],
    ['a confirmation of an order that is being unwound', markConfirmed(cancelling, 2, moment)],
    ['a confirmation of an order that awaits its payment', markConfirmed(awaiting, 1, moment)],
    ['a refusal of another run', cancelAfterRefusal(placed, { run: 2, reason: 'out_of_stock' }, moment)],
    ['a refusal after a confirmation', cancelAfterRefusal(confirmed, { run: 1, reason: 'out_of_stock' }, moment)],
    [
      "a refusal after the customer's cancel",
      cancelAfterRefusal(
        { ...cancelling, reason: 'cancelled_by_customer' },
        { run: 1, reason: 'out_of_stock' },
        moment,
      ),
    ],
    ['a closing of another run', markCancelled(cancelling, 1, moment)],
    ['a closing of a placed order', markCancelled(placed, 1, moment)],
    ['a parking of a confirmed order', markNeedsAttention(confirmed, { run: 1, cause: 'refused' }, moment)],
  ])('is superseded: %s', (_, result) => expect(result).toEqual(refused('superseded')));

  it.each([
    ['cancel', cancelling, cancelByCustomer(cancelling, moment)],
    ['cancel once cancelled', cancelled, cancelByCustomer(cancelled, moment)],
    ['cancel once parked', parked, cancelByCustomer(parked, moment)],
    ['confirm', confirmed, markConfirmed(confirmed, 1, moment)],
    ['await', awaiting, markAwaitingPayment(awaiting, 1, moment)],
    ['refuse', cancelling, cancelAfterRefusal(cancelling, { run: 1, reason: 'out_of_stock' }, moment)],
    ['refuse once cancelled', cancelled, cancelAfterRefusal(cancelled, { run: 1, reason: 'out_of_stock' }, moment)],
    ['close', cancelled, markCancelled(cancelled, 2, moment)],
    ['park', parked, markNeedsAttention(parked, { run: 2, cause: 'refused' }, moment)],
    ['resume', cancelling, resumeUnwinding(cancelling, moment)],
    ['resume once cancelled', cancelled, resumeUnwinding(cancelled, moment)],
  ])('succeeds without a change when repeated: %s', (_, order, result) => {
    expect(result.ok && result.value).toBe(order);
  });
});

describe('an offline payment', () => {
  const pay = (order: typeof placed, { amount = total, key = 'k1', requestDigest = 'd1', at = later } = {}) =>
    recordOfflinePayment(order, { amount, reference: 'bank 7', key, requestDigest }, momentAt(at));

  it('confirms an order that awaits it, once per key', () => {
    const paid = pay(awaiting);
    expect(paid).toMatchObject({
      value: { status: 'confirmed', paid: { key: 'k1', requestDigest: 'd1', reference: 'bank 7', at: later }, run: 1 },
    });
    if (!paid.ok) throw new Error(paid.error);
    const again = pay(paid.value);
    expect(again.ok && again.value).toBe(paid.value);
    expect(pay(paid.value, { requestDigest: 'd2' })).toEqual(refused('key_reused'));
    expect(pay(paid.value, { key: 'k2' })).toEqual(refused('not_awaiting_payment'));
  });

  it.each([
    ['too much', eur(55_01), 'wrong_amount'],
    ['too little', eur(54_99), 'wrong_amount'],
    ['another currency', { amount: 55_00, currency: 'USD' }, 'wrong_amount'],
  ])('is refused for %s', (_, amount, error) => expect(pay(awaiting, { amount })).toEqual(refused(error)));

  it('is refused at the deadline or later', () => {
    expect(pay(awaiting, { at: awaiting.deadline as string })).toEqual(refused('not_awaiting_payment'));
  });

  it.each([
    ['placed', placed],
    ['being unwound', cancelling],
    ['cancelled', cancelled],
  ])('is refused for an order that is %s', (_, order) => expect(pay(order)).toEqual(refused('not_awaiting_payment')));
});

describe('the sweep', () => {
  const sweepAfter = (order: typeof placed, ms: number) => sweepOrder(order, momentAt(addMs(at, ms)));
  const { standstillMs, maxStandstillMs, orderDeadlineMs, paymentDeadlineMs } = limits;

  it('changes no order that is not due or waits for nothing', () => {
    expect(sweepAfter(placed, standstillMs - 1)).toBe(placed);
    for (const order of [confirmed, cancelled, parked]) expect(sweepAfter(order, 10 * paymentDeadlineMs)).toBe(order);
  });

  it('restarts an order without progress, after a longer wait each time', () => {
    const restarted = sweepAfter(placed, standstillMs);
    expect(restarted).toEqual({ ...placed, run: 2, restarts: 1, version: 2, due: addMs(at, 3 * standstillMs) });
    const oftenRestarted = { ...cancelling, restarts: 9, deadline: addMs(at, 1e9) };
    expect(sweepAfter(oftenRestarted, standstillMs)).toMatchObject({
      run: 3,
      restarts: 10,
      due: addMs(at, standstillMs + maxStandstillMs),
    });
  });

  it('ends an order past its deadline, according to its status', () => {
    expect(sweepAfter(placed, orderDeadlineMs)).toMatchObject({ status: 'cancelling', reason: 'expired', run: 2 });
    const dueAwaiting = { ...awaiting, due: awaiting.deadline as string };
    expect(sweepAfter(dueAwaiting, paymentDeadlineMs)).toMatchObject({
      status: 'cancelling',
      reason: 'payment_expired',
      run: 2,
    });
    expect(sweepAfter(cancelling, orderDeadlineMs)).toMatchObject({
      status: 'needs_attention',
      cause: 'not unwound in time',
    });
  });
});

describe('resuming', () => {
  it('unwinds the order again, for the same reason and without the cause', () => {
    const resumed = resumeUnwinding(parked, laterMoment);
    expect(resumed).toMatchObject({ value: { status: 'cancelling', reason: 'out_of_stock', run: 3 } });
    expect(resumed.ok && resumed.value.cause).toBeUndefined();
  });

  it('fulfils the order in another run, if it was parked before anything was refused, unless its customer cancels', () => {
    const unresolved = markNeedsAttention(placed, { run: 1, cause: 'unresolved' }, laterMoment);
    if (!unresolved.ok) throw new Error(unresolved.error);
    expect(unresolved.value).toMatchObject({ status: 'needs_attention', run: 1, cause: 'unresolved' });
    const resumed = resumeUnwinding(unresolved.value, laterMoment);
    expect(resumed).toMatchObject({ value: { status: 'placed', run: 2 } });
    expect(resumed.ok && resumed.value.cause).toBeUndefined();
    expect(resumed.ok && resumeUnwinding(resumed.value, laterMoment)).toEqual(resumed);
    expect(cancelByCustomer(unresolved.value, laterMoment)).toMatchObject({
      value: { status: 'cancelling', reason: 'cancelled_by_customer', run: 2 },
    });
  });

  it.each([
    ['placed', placed],
    ['confirmed', confirmed],
  ])('is refused for an order that is %s', (_, order) =>
    expect(resumeUnwinding(order, laterMoment)).toEqual(refused('not_parked')),
  );
});
