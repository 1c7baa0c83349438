import { describe, expect, it } from 'vitest';
import { composeMail, isOutdated } from '#notifications/domain/mail';
import { facts } from './fixtures/shop.ts';

describe('a mail', () => {
  it('says that the order is confirmed, and what it costs', () =>
    expect(composeMail('confirmed', facts())).toEqual({
      to: 'ada@example.com',
      subject: 'Your order o1 is confirmed',
      body: 'Your order o1 over 12.50 EUR is confirmed.\n\nIt is paid, and we get it ready for you. You need not do anything.\n',
    }));

  it.each([
    ['cancelled_by_customer', 'as you asked'],
    ['out_of_stock', 'not everything in it is in stock'],
    ['payment_declined', 'the payment was declined'],
    ['expired', 'it could not be completed in time'],
    ['payment_expired', 'no payment came in time'],
    ['of_another_version', 'it could not be completed'],
    [undefined, 'it could not be completed'],
  ])('says why the order is cancelled: %s', (reason, why) => {
    const { subject, body } = composeMail('cancelled', facts({ reason }));
    expect(subject).toBe('Your order o1 is cancelled');
    expect(body).toContain(`is cancelled: ${why}.\n\nYou owe nothing.`);
  });

  it('says how to pay, how much and until when', () => {
    const { subject, body } = composeMail('awaiting_payment', facts({ deadline: '2026-11-04T00:00:00.000Z' }));
    expect(subject).toBe('Your order o1 awaits your payment');
    expect(body).toContain('Please pay 12.50 EUR by 2026-11-04T00:00:00.000Z and name the reference o1.');
  });

  it.each([
    ['JPY', 1250, '1250 JPY'],
    ['KWD', 1250, '1.250 KWD'],
    ['EUR', 5, '0.05 EUR'],
  ])('puts an amount as its currency does: %s', (currency, amount, text) =>
    expect(composeMail('confirmed', facts({ total: { amount, currency } })).body).toContain(`over ${text} is`),
  );
});

it('is overtaken once the order is in another state', () => {
  expect(isOutdated('awaiting_payment', facts({ status: 'awaiting_payment' }))).toBe(false);
  expect(isOutdated('awaiting_payment', facts({ status: 'cancelling' }))).toBe(true);
});
