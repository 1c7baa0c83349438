import { describe, expect, it } from 'vitest';
import { cancel, close, confirm, LARGEST_TOTAL, place, refuse } from '#orders/domain/order';
import type { Sku } from '#shared/kernel';
import { anOrder, at, eur } from './fixtures/order.ts';

const { total, status, run, version, history, ...asked } = anOrder();
const line = (amount: number, currency = 'EUR', quantity = 1) => ({
  sku: 'mug' as Sku,
  quantity,
  unitPrice: { amount, currency },
});
const ordering = (...lines: ReturnType<typeof line>[]) =>
  place({ ...asked, lines: lines as [ReturnType<typeof line>] }, at);
const refused = (error: string) => ({ ok: false, error });

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
  const placed = anOrder();
  const confirmed = anOrder({ status: 'confirmed', version: 2 });
  const cancelling = anOrder({ status: 'cancelling', run: 2, version: 2, reason: 'out_of_stock' });
  const cancelled = anOrder({ status: 'cancelled', run: 2, version: 3, reason: 'out_of_stock' });

  it('keeps what happened, when and why', () => {
    const unwound = cancel(placed, 'noon');
    expect(unwound).toEqual({
      ok: true,
      value: {
        ...placed,
        status: 'cancelling',
        reason: 'cancelled_by_customer',
        run: 2,
        version: 2,
        history: [
          { at, status: 'placed' },
          { at: 'noon', status: 'cancelling', reason: 'cancelled_by_customer' },
        ],
      },
    });
    expect(confirm(placed, 1, 'noon')).toMatchObject({
      value: { status: 'confirmed', run: 1, version: 2, history: [{}, { at: 'noon', status: 'confirmed' }] },
    });
    expect(close(cancelling, 2, 'noon')).toMatchObject({
      value: {
        status: 'cancelled',
        run: 2,
        version: 3,
        history: [{}, { status: 'cancelled', reason: 'out_of_stock' }],
      },
    });
  });

  it('does not cancel what is confirmed', () => expect(cancel(confirmed, at)).toEqual(refused('order_confirmed')));

  it.each([
    ['a confirmation of another run', confirm(placed, 2, at)],
    ['a confirmation of what is being unwound', confirm(cancelling, 2, at)],
    ['a refusal of another run', refuse(placed, 2, 'out_of_stock', at)],
    ['a refusal after a confirmation', refuse(confirmed, 1, 'out_of_stock', at)],
    [
      "a refusal after the customer's cancel",
      refuse({ ...cancelling, reason: 'cancelled_by_customer' }, 1, 'out_of_stock', at),
    ],
    ['a closing of another run', close(cancelling, 1, at)],
    ['a closing of what is placed', close(placed, 1, at)],
  ])('is superseded: %s', (_, result) => expect(result).toEqual(refused('superseded')));

  it.each([
    ['cancel', cancelling, cancel(cancelling, at)],
    ['cancel once cancelled', cancelled, cancel(cancelled, at)],
    ['confirm', confirmed, confirm(confirmed, 1, at)],
    ['refuse', cancelling, refuse(cancelling, 1, 'out_of_stock', at)],
    ['refuse once cancelled', cancelled, refuse(cancelled, 1, 'out_of_stock', at)],
    ['close', cancelled, close(cancelled, 2, at)],
  ])('is success without a change when repeated: %s', (_, standing, result) => {
    expect(result.ok && result.value).toBe(standing);
  });
});
