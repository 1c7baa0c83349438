import { describe, expect, it } from 'vitest';
import { cancel, LARGEST_TOTAL, pay, place } from '#orders/domain/customer';
import { awaitPayment, close, confirm, park, refuse } from '#orders/domain/saga';
import { resume, sweep } from '#orders/domain/upkeep';
import { later, type Sku } from '#shared/kernel';
import { anOrder, at, atRest, eur, limits } from './fixtures/order.ts';

const { total, status, run, restarts, deadline, due, version, history, ...asked } = anOrder();
const line = (amount: number, currency = 'EUR', quantity = 1) => ({
  sku: 'mug' as Sku,
  quantity,
  unitPrice: { amount, currency },
});
const ordering = (...lines: ReturnType<typeof line>[]) =>
  place({ ...asked, lines: lines as [ReturnType<typeof line>] }, at, limits);
const refused = (error: string) => ({ ok: false, error });

const noon = later(at, 60_000);
const placed = anOrder();
const confirmed = atRest({ status: 'confirmed', version: 2 });
const awaiting = anOrder({ status: 'awaiting_payment', version: 2, deadline: later(at, limits.paymentDeadlineMs) });
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
    expect(ordering(line(LARGEST_TOTAL))).toMatchObject({ ok: true, value: { total: eur(LARGEST_TOTAL) } });
    expect(ordering(line(LARGEST_TOTAL), line(1))).toEqual(refused('total_too_large'));
  });
});

describe('moving', () => {
  it('keeps what happened, when and why, and what is awaited until when', () => {
    expect(cancel(placed, noon, limits)).toEqual({
      ok: true,
      value: {
        ...placed,
        status: 'cancelling',
        reason: 'cancelled_by_customer',
        run: 2,
        deadline: later(noon, limits.parkAfterMs),
        due: later(noon, limits.standstillMs),
        version: 2,
        history: [
          { at, status: 'placed' },
          { at: noon, status: 'cancelling', reason: 'cancelled_by_customer' },
        ],
      },
    });
    expect(confirm(placed, 1, noon, limits)).toEqual({
      ok: true,
      value: {
        ...confirmed,
        history: [
          { at, status: 'placed' },
          { at: noon, status: 'confirmed' },
        ],
      },
    });
    const waiting = later(noon, limits.paymentDeadlineMs);
    expect(awaitPayment(placed, 1, noon, limits)).toMatchObject({
      value: { status: 'awaiting_payment', run: 1, deadline: waiting, due: waiting },
    });
    expect(close(cancelling, 2, noon, limits)).toMatchObject({
      value: {
        status: 'cancelled',
        run: 2,
        version: 3,
        history: [{}, { status: 'cancelled', reason: 'out_of_stock' }],
      },
    });
    expect(park(cancelling, 2, 'refused', noon, limits)).toMatchObject({
      value: {
        status: 'needs_attention',
        cause: 'refused',
        history: [{}, { reason: 'out_of_stock', cause: 'refused' }],
      },
    });
  });

  it('does not cancel what is confirmed', () =>
    expect(cancel(confirmed, at, limits)).toEqual(refused('order_confirmed')));

  it('cancels what waits for its payment', () =>
    expect(cancel(awaiting, at, limits)).toMatchObject({ value: { status: 'cancelling', run: 2 } }));

  it.each([
    ['a confirmation of another run', confirm(placed, 2, at, limits)],
    ['a confirmation of what is being unwound', confirm(cancelling, 2, at, limits)],
    ['a confirmation of what waits for its payment', confirm(awaiting, 1, at, limits)],
    ['a refusal of another run', refuse(placed, 2, 'out_of_stock', at, limits)],
    ['a refusal after a confirmation', refuse(confirmed, 1, 'out_of_stock', at, limits)],
    [
      "a refusal after the customer's cancel",
      refuse({ ...cancelling, reason: 'cancelled_by_customer' }, 1, 'out_of_stock', at, limits),
    ],
    ['a closing of another run', close(cancelling, 1, at, limits)],
    ['a closing of what is placed', close(placed, 1, at, limits)],
    ['a parking of what is placed', park(placed, 1, 'refused', at, limits)],
  ])('is superseded: %s', (_, result) => expect(result).toEqual(refused('superseded')));

  it.each([
    ['cancel', cancelling, cancel(cancelling, at, limits)],
    ['cancel once cancelled', cancelled, cancel(cancelled, at, limits)],
    ['cancel once parked', parked, cancel(parked, at, limits)],
    ['confirm', confirmed, confirm(confirmed, 1, at, limits)],
    ['await', awaiting, awaitPayment(awaiting, 1, at, limits)],
    ['refuse', cancelling, refuse(cancelling, 1, 'out_of_stock', at, limits)],
    ['refuse once cancelled', cancelled, refuse(cancelled, 1, 'out_of_stock', at, limits)],
    ['close', cancelled, close(cancelled, 2, at, limits)],
    ['park', parked, park(parked, 2, 'refused', at, limits)],
    ['resume', cancelling, resume(cancelling, at, limits)],
    ['resume once cancelled', cancelled, resume(cancelled, at, limits)],
  ])('is success without a change when repeated: %s', (_, standing, result) => {
    expect(result.ok && result.value).toBe(standing);
  });
});

describe('paying another way', () => {
  const paying = (order: typeof placed, amount = total, paid = payment) => pay(order, amount, paid, limits);

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
  const swept = (order: typeof placed, ms: number) => sweep(order, later(at, ms), limits);
  const { standstillMs, longestStandstillMs, orderDeadlineMs, paymentDeadlineMs } = limits;

  it('leaves alone what is not due and what rests', () => {
    expect(swept(placed, standstillMs - 1)).toBe(placed);
    for (const order of [confirmed, cancelled, parked]) expect(swept(order, 10 * paymentDeadlineMs)).toBe(order);
  });

  it('starts anew what stands still, ever more patiently', () => {
    const once = swept(placed, standstillMs);
    expect(once).toEqual({ ...placed, run: 2, restarts: 1, version: 2, due: later(at, 3 * standstillMs) });
    const patient = sweep({ ...cancelling, restarts: 9, deadline: later(at, 1e9) }, later(at, standstillMs), limits);
    expect(patient).toMatchObject({ run: 3, restarts: 10, due: later(at, standstillMs + longestStandstillMs) });
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
    const resumed = resume(parked, noon, limits);
    expect(resumed).toMatchObject({ value: { status: 'cancelling', reason: 'out_of_stock', run: 3 } });
    expect(resumed.ok && resumed.value.cause).toBeUndefined();
  });

  it.each([
    ['placed', placed],
    ['confirmed', confirmed],
    ['parked for no reason', atRest({ status: 'needs_attention', cause: 'refused' })],
  ])('refuses what is %s', (_, order) => expect(resume(order, noon, limits)).toEqual(refused('not_parked')));
});
