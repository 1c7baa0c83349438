import { describe, expect, it } from 'vitest';
import { parkedFrom, resumeParked } from '#orders/domain/attention';
import { cancelByCustomer, createOrder } from '#orders/domain/customer';
import { defaultPolicy } from '#orders/domain/policy';
import {
  cancelAfterRefusal,
  markAwaitingPayment,
  markCancelled,
  markConfirmed,
  markNeedsAttention,
} from '#orders/domain/saga-step';
import { addMs } from '#platform/kernel';
import {
  anOfflineOrder,
  anOrder,
  anOrderNotDue,
  aParkedOrder,
  at,
  aWaitingOrder,
  eur,
  limits,
  moment,
  momentAt,
  mug,
} from '../fixtures/order.ts';

const { total, status, run, restarts, due, version, history, ...request } = anOrder();
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
const policy = defaultPolicy;
const placed = anOrder();
const confirmed = anOrderNotDue({ status: 'confirmed', version: 2 });
const waiting = aWaitingOrder();
const offline = anOfflineOrder();
const cancelling = anOrder({ status: 'cancelling', run: 2, version: 2, reason: 'out_of_stock' });
const cancelled = anOrderNotDue({ status: 'cancelled', run: 2, version: 3, reason: 'out_of_stock' });
const parked = aParkedOrder('cancelling');
const parkedPlaced = aParkedOrder('placed');

describe('a new order', () => {
  it('has the sum of its lines in minor units, run 1 and no deadline', () => {
    const created = createWithLines(line(12_50, 'EUR', 2), line(30_00));
    expect(created).toEqual({ ok: true, value: anOrder({ lines: [line(12_50, 'EUR', 2), line(30_00)] }) });
    expect(created.ok && created.value.deadline).toBeUndefined();
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
  it('adds to the history, and sets the time of the next sweep', () => {
    expect(cancelByCustomer(placed, laterMoment)).toEqual({
      ok: true,
      value: {
        ...placed,
        status: 'cancelling',
        reason: 'cancelled_by_customer',
        run: 2,
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

  it('parks a placed order, without a reason, and keeps its run', () => {
    const result = markNeedsAttention(placed, { run: 1, cause: 'too large' }, laterMoment);
    expect(result).toMatchObject({ value: { status: 'needs_attention', run: 1, cause: 'too large' } });
    expect(result.ok && [result.value.reason, result.value.due]).toEqual([undefined, undefined]);
    expect(result.ok && parkedFrom(result.value)).toBe('placed');
  });

  it('does not cancel a confirmed order', () =>
    expect(cancelByCustomer(confirmed, moment)).toEqual(refused('order_confirmed')));

  it.each([
    ['waits for the provider', waiting, 'cancelled_by_customer'],
    ['awaits its offline payment', offline, 'cancelled_by_customer'],
    ['was parked while it was placed', parkedPlaced, 'cancelled_by_customer'],
    ['was parked while it was unwound, for its first reason', parked, 'out_of_stock'],
  ])("cancels, at its customer's request, an order that %s", (_, order, reason) => {
    const result = cancelByCustomer(order, laterMoment);
    expect(result).toMatchObject({ value: { status: 'cancelling', reason, run: order.run + 1 } });
    const { cause, deadline, waitsUntil } = result.ok ? result.value : order;
    expect([cause, deadline, waitsUntil]).toEqual([undefined, undefined, undefined]);
  });

  it.each([
    ['a confirmation of another run', markConfirmed(placed, 2, moment)],
    ['a confirmation of an order that is being unwound', markConfirmed(cancelling, 2, moment)],
    ['a confirmation of an order that awaits its payment', markConfirmed(offline, 1, moment)],
    ['a confirmation of an order that was parked', markConfirmed(parkedPlaced, 1, moment)],
    ['a wait of another run', markAwaitingPayment(placed, { run: 2, policy }, moment)],
    ['a wait of an order that is being unwound', markAwaitingPayment(cancelling, { run: 2, policy }, moment)],
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
    ['a parking of another run', markNeedsAttention(placed, { run: 2, cause: 'refused' }, moment)],
    [
      'a parking of an order that awaits its payment',
      markNeedsAttention(offline, { run: 1, cause: 'refused' }, moment),
    ],
  ])('is superseded: %s', (_, result) => expect(result).toEqual(refused('superseded')));

  it.each([
    ['cancel', cancelling, cancelByCustomer(cancelling, moment)],
    ['cancel once cancelled', cancelled, cancelByCustomer(cancelled, moment)],
    ['confirm', confirmed, markConfirmed(confirmed, 1, moment)],
    ['await', waiting, markAwaitingPayment(waiting, { run: 1, policy }, moment)],
    ['await once offline', offline, markAwaitingPayment(offline, { run: 1, policy }, moment)],
    ['refuse', cancelling, cancelAfterRefusal(cancelling, { run: 1, reason: 'out_of_stock' }, moment)],
    ['refuse once cancelled', cancelled, cancelAfterRefusal(cancelled, { run: 1, reason: 'out_of_stock' }, moment)],
    ['close', cancelled, markCancelled(cancelled, 2, moment)],
    ['park', parked, markNeedsAttention(parked, { run: 2, cause: 'refused' }, moment)],
    ['resume', cancelling, resumeParked(cancelling, moment)],
    ['resumeParked once cancelled', cancelled, resumeParked(cancelled, moment)],
  ])('succeeds without a change when repeated: %s', (_, order, result) => {
    expect(result.ok && result.value).toBe(order);
  });
});

describe('resuming', () => {
  it('unwinds an order again that was being unwound, for the same reason and without the cause', () => {
    const resumed = resumeParked(parked, laterMoment);
    expect(resumed).toMatchObject({ value: { status: 'cancelling', reason: 'out_of_stock', run: 3 } });
    expect(resumed.ok && resumed.value.cause).toBeUndefined();
  });

  it('returns an order that was placed to `placed`, with a new run, and repeating it changes nothing', () => {
    const resumed = resumeParked(parkedPlaced, laterMoment);
    expect(resumed).toMatchObject({
      value: { status: 'placed', run: 2, version: 4, due: addMs(later, limits.standstillMs) },
    });
    if (!resumed.ok) throw new Error(resumed.error);
    expect(resumed.value.cause).toBeUndefined();
    const again = resumeParked(resumed.value, laterMoment);
    expect(again.ok && again.value).toBe(resumed.value);
  });

  it('returns an order to where it was parked from the last time', () => {
    const resumed = resumeParked(parkedPlaced, moment);
    if (!resumed.ok) throw new Error(resumed.error);
    const again = cancelByCustomer(resumed.value, moment);
    if (!again.ok) throw new Error(again.error);
    const parkedAgain = markNeedsAttention(again.value, { run: 3, cause: 'refused' }, moment);
    expect(parkedAgain.ok && resumeParked(parkedAgain.value, moment)).toMatchObject({
      value: { status: 'cancelling', reason: 'cancelled_by_customer', run: 4 },
    });
  });

  it('gives an order without a reason that of its customer', () => {
    const { reason: _, ...withoutReason } = parked;
    expect(resumeParked(withoutReason, moment)).toMatchObject({ value: { reason: 'cancelled_by_customer' } });
  });

  it.each([
    ['placed', placed],
    ['confirmed', confirmed],
  ])('is refused for an order that is %s and was never parked', (_, order) =>
    expect(resumeParked(order, laterMoment)).toEqual(refused('not_parked')),
  );
});
