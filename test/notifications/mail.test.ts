import { describe, expect, it } from 'vitest';
import { composeMail, isOutdated } from '#notifications/domain/mail';
import { facts } from './fixtures/notices.ts';

describe('a mail', () => {
  it('says that the order is confirmed, and its total', () =>
    expect(composeMail('confirmed', facts())).toEqual({
      to: 'ada@example.com',
      subject: 'Your order o1 is confirmed',
      body: 'Your order o1 for 12.50 EUR is confirmed.\n\nIt is paid, and we are preparing it for you. You do not need to do anything.\n',
    }));

  it.each([
    ['cancelled_by_customer', 'as you asked'],
    ['out_of_stock', 'some of its products are out of stock'],
    ['payment_declined', 'the payment was declined'],
    ['expired', 'we could not complete it in time'],
    ['payment_expired', 'we did not receive the payment in time'],
    ['of_another_version', 'we could not complete it'],
    [undefined, 'we could not complete it'],
  ])('says why the order is cancelled: %s', (reason, explanation) => {
    const { subject, body } = composeMail('cancelled', facts({ reason }));
    expect(subject).toBe('Your order o1 is cancelled');
    expect(body).toContain(`is cancelled: ${explanation}.\n\nYou owe nothing.`);
  });

  it('says how to pay, how much and until when', () => {
    const { subject, body } = composeMail('awaiting_payment', facts({ deadline: '2026-11-04T00:00:00.000Z' }));
    expect(subject).toBe('Your order o1 awaits your payment');
    expect(body).toContain('Please pay 12.50 EUR by 2026-11-04T00:00:00.000Z with the reference o1.');
  });

  it.each([
    ['JPY', 1250, '1250 JPY'],
    ['KWD', 1250, '1.250 KWD'],
    ['EUR', 5, '0.05 EUR'],
  ])('formats an amount with the decimals of its currency: %s', (currency, amount, text) =>
    expect(composeMail('confirmed', facts({ total: { amount, currency } })).body).toContain(`for ${text} is`),
  );
});

it('is outdated once the order has another status', () => {
  expect(isOutdated('awaiting_payment', facts({ status: 'awaiting_payment' }))).toBe(false);
  expect(isOutdated('awaiting_payment', facts({ status: 'cancelling' }))).toBe(true);
});
