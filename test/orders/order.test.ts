import { describe, expect, it } from 'vitest';
import { cancelByCustomer, createOrder, MAX_TOTAL_MINOR, recordOfflinePayment } from '#orders/domain/customer';
import {
  cancelAfterRefusal,
  markAwaitingPayment,
  markCancelled,
  markConfirmed,
  markNeedsAttention,
} from '#orders/domain/saga-step';
import { resumeUnwinding, sweepOrder } from '#orders/domain/sweep';
import { addMs, type Sku } from '#platform/kernel';
import { anOrder, at, atRest, eur, limits } from './fixtures/order.ts';

const { total, status, run, restarts, deadline, due, version, history, ...request } = anOrder();
const line = (amount: number, currency = 'EUR', quantity = 1) => ({
  sku: 'mug' as Sku,
  quantity,
  unitPrice: { amount, currency },
});
const ordering = (...lines: ReturnType<typeof line>[]) =>
  createOrder({ ...request, lines: lines as [ReturnType<typeof line>] }, at, limits);
const refused = (error: string) => ({ ok: false, error });

const noon = addMs(at, 60_000);
const placed = anOrder();
const confirmed = atRest({ status: 'confirmed', version: 2 });
const awaiting = anOrder({ status: 'awaiting_payment', version: 2, deadline: addMs(at, limits.paymentDeadlineMs) });
const cancelling = anOrder({ status: 'cancelling', run: 2, version: 2, reason: 'out_of_stock' });
const cancelled = atRest({ status: 'cancelled', run: 2, version: 3, reason: 'out_of_stock' });
const parked = atRest({ status: 'needs_attention', run: 2, version: 3, reason: 'out_of_stock', cause: 'refused' });
const payment = { key: 'k1', reference: 'bank 7', at: noon };

describe('placing', () => {
  it('sums the lines in minor units and starts with run 1', () => {
    expect(ordering(line(12_50, 'EUR', 2), line(30_00))).toEqual({
      ok: true,
      value: anOrder({ lines: [line(12_50, 'EUR', 2), line(30_00)] }),
    });
  });

  it('refuses two currencies', () => expect(ordering(line(1), line(1, 'USD'))).toEqual(refused('mixed_currencies')));

  it('takes the largest total and not a cent more', () => {
    expect(ordering(line(MAX_TOTAL_MINOR))).toMatchObject({ ok: true, value: { total: eur(MAX_TOTAL_MINOR) } });
    expect(ordering(line(MAX_TOTAL_MINOR), line(1))).toEqual(refused('total_too_large'));
  });
});

describe('moving', () => {
  it('keeps what happened, when and why, and what is awaited until when', () => {
    expect(cancelByCustomer(placed, noon, limits)).toEqual({
      ok: true,
      value: {
        ...placed,
        status: 'cancelling',
        reason: 'cancelled_by_customer',
        run: 2,
        deadline: addMs(noon, limits.parkAfterMs),
        due: addMs(noon, limits.standstillMs),
        version: 2,
        history: [
          { at, status: 'placed' },
          { at: noon, status: 'cancelling', reason: 'cancelled_by_customer' },
        ],
      },
    });
    expect(markConfirmed(placed, 1, noon, limits)).toEqual({
      ok: true,
      value: {
        ...confirmed,
        history: [
          { at, status: 'placed' },
          { at: noon, status: 'confirmed' },
        ],
      },
    });
    const waiting = addMs(noon, limits.paymentDeadlineMs);
    expect(markAwaitingPayment(placed, 1, noon, limits)).toMatchObject({
      value: { status: 'awaiting_payment', run: 1, deadline: waiting, due: waiting },
    });
    expect(markCancelled(cancelling, 2, noon, limits)).toMatchObject({
      value: {
        status: 'cancelled',
        run: 2,
        version: 3,
        history: [{}, { status: 'cancelled', reason: 'out_of_stock' }],
      },
    });
    expect(markNeedsAttention(cancelling, 2, 'refused', noon, limits)).toMatchObject({
      value: {
        status: 'needs_attention',
        cause: 'refused',
        history: [{}, { reason: 'out_of_stock', cause: 'refused' }],
      },
    });
  });

  it('does not cancel what is confirmed', () =>
    expect(cancelByCustomer(confirmed, at, limits)).toEqual(refused('order_confirmed')));

  it('cancels what waits for its payment', () =>
    expect(cancelByCustomer(awaiting, at, limits)).toMatchObject({ value: { status: 'cancelling', run: 2 } }));

  it.each([
    ['a confirmation of another run', markConfirmed(placed, 2, at, limits)],
    ['a confirmation of what is being unwound', markConfirmed(cancelling, 2, at, limits)],
    ['a confirmation of what waits for its payment', markConfirmed(awaiting, 1, at, limits)],
    ['a refusal of another run', cancelAfterRefusal(placed, 2, 'out_of_stock', at, limits)],
    ['a refusal after a confirmation', cancelAfterRefusal(confirmed, 1, 'out_of_stock', at, limits)],
    [
      "a refusal after the customer's cancel",
      cancelAfterRefusal({ ...cancelling, reason: 'cancelled_by_customer' }, 1, 'out_of_stock', at, limits),
    ],
    ['a closing of another run', markCancelled(cancelling, 1, at, limits)],
    ['a closing of what is placed', markCancelled(placed, 1, at, limits)],
    ['a parking of what is placed', markNeedsAttention(placed, 1, 'refused', at, limits)],
  ])('is superseded: %s', (_, result) => expect(result).toEqual(refused('superseded')));

  it.each([
    ['cancel', cancelling, cancelByCustomer(cancelling, at, limits)],
    ['cancel once cancelled', cancelled, cancelByCustomer(cancelled, at, limits)],
    ['cancel once parked', parked, cancelByCustomer(parked, at, limits)],
    ['confirm', confirmed, markConfirmed(confirmed, 1, at, limits)],
    ['await', awaiting, markAwaitingPayment(awaiting, 1, at, limits)],
    ['refuse', cancelling, cancelAfterRefusal(cancelling, 1, 'out_of_stock', at, limits)],
    ['refuse once cancelled', cancelled, cancelAfterRefusal(cancelled, 1, 'out_of_stock', at, limits)],
    ['close', cancelled, markCancelled(cancelled, 2, at, limits)],
    ['park', parked, markNeedsAttention(parked, 2, 'refused', at, limits)],
    ['resume', cancelling, resumeUnwinding(cancelling, at, limits)],
    ['resume once cancelled', cancelled, resumeUnwinding(cancelled, at, limits)],
  ])('is success without a change when repeated: %s', (_, standing, result) => {
    expect(result.ok && result.value).toBe(standing);
  });
});

describe('paying another way', () => {
  const paying = (order: typeof placed, amount = total, paid = payment) =>
    recordOfflinePayment(order, amount, paid, limits);

  it('confirms an order that waits for it, once for each key', () => {
    const paid = paying(awaiting);
    expect(paid).toMatchObject({ value: { status: 'confirmed', paid: payment, run: 1 } });
    if (paid.ok) expect(paying(paid.value)).toEqual(paid);
    if (paid.ok) expect(paying(paid.value, total, { ...payment, key: 'k2' })).toEqual(refused('not_awaiting_payment'));
  });

  it.each([
    ['too much', eur(55_01), 'wrong_amount'],
    ['too little', eur(54_99), 'wrong_amount'],
    ['another currency', { amount: 55_00, currency: 'USD' }, 'wrong_amount'],
  ])('refuses %s', (_, amount, error) => expect(paying(awaiting, amount)).toEqual(refused(error)));

  it('refuses what comes at the deadline or later', () => {
    const late = { ...payment, at: awaiting.deadline as string };
    expect(paying(awaiting, total, late)).toEqual(refused('not_awaiting_payment'));
  });

  it.each([
    ['placed', placed],
    ['being unwound', cancelling],
    ['cancelled', cancelled],
  ])('refuses it for an order that is %s', (_, order) =>
    expect(paying(order)).toEqual(refused('not_awaiting_payment')),
  );
});

describe('the sweep', () => {
  const swept = (order: typeof placed, ms: number) => sweepOrder(order, addMs(at, ms), limits);
  const { standstillMs, maxStandstillMs: longestStandstillMs, orderDeadlineMs, paymentDeadlineMs } = limits;

  it('leaves alone what is not due and what rests', () => {
    expect(swept(placed, standstillMs - 1)).toBe(placed);
    for (const order of [confirmed, cancelled, parked]) expect(swept(order, 10 * paymentDeadlineMs)).toBe(order);
  });

  it('starts anew what stands still, ever more patiently', () => {
    const once = swept(placed, standstillMs);
    expect(once).toEqual({ ...placed, run: 2, restarts: 1, version: 2, due: addMs(at, 3 * standstillMs) });
    const patient = sweepOrder(
      { ...cancelling, restarts: 9, deadline: addMs(at, 1e9) },
      addMs(at, standstillMs),
      limits,
    );
    expect(patient).toMatchObject({ run: 3, restarts: 10, due: addMs(at, standstillMs + longestStandstillMs) });
  });

  it('ends what is past its deadline, each in its way', () => {
    expect(swept(placed, orderDeadlineMs)).toMatchObject({ status: 'cancelling', reason: 'expired', run: 2 });
    const overdue = { ...awaiting, due: awaiting.deadline as string };
    expect(swept(overdue, paymentDeadlineMs)).toMatchObject({
      status: 'cancelling',
      reason: 'payment_expired',
      run: 2,
    });
    expect(swept(cancelling, orderDeadlineMs)).toMatchObject({
      status: 'needs_attention',
      cause: 'not unwound in time',
    });
  });
});

describe('resuming', () => {
  it('unwinds again, for the same reason and without the cause', () => {
    const resumed = resumeUnwinding(parked, noon, limits);
    expect(resumed).toMatchObject({ value: { status: 'cancelling', reason: 'out_of_stock', run: 3 } });
    expect(resumed.ok && resumed.value.cause).toBeUndefined();
  });

  it.each([
    ['placed', placed],
    ['confirmed', confirmed],
    ['parked for no reason', atRest({ status: 'needs_attention', cause: 'refused' })],
  ])('refuses what is %s', (_, order) => expect(resumeUnwinding(order, noon, limits)).toEqual(refused('not_parked')));
});
