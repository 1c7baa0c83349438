import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeMail, isOutdated } from '#notifications/domain/mail';
import type { OrderId } from '#platform/kernel';
import { OrderIdSchema } from '#platform/schemas';
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
    ['payment_expired', 'we did not receive the payment in time'],
    ['of_another_version', 'we could not complete it'],
    [undefined, 'we could not complete it'],
  ])('says why the order is cancelled: %s', (reason, explanation) => {
    const { subject, body } = composeMail('cancelled', facts({ reason }));
    expect(subject).toBe('Your order o1 is cancelled');
    expect(body).toContain(`is cancelled: ${explanation}.\n\nYou owe nothing.`);
  });

  it('asks a customer whose order gave way to another one not to pay it any more', () => {
    const { body } = composeMail('cancelled', facts({ reason: 'gave_way' }));
    expect(body).toContain('is cancelled: we had not received your payment, and another customer needed');
    expect(body).toContain('Please do not pay it any more. If you have already paid, you will get your money back');
  });

  it('says how to pay, how much and until when', () => {
    const { subject, body } = composeMail('awaiting_payment', facts({ deadline: '2026-11-26T14:30:00.000Z' }));
    expect(subject).toBe('Your order o1 awaits your payment');
    expect(body).toContain('Please pay 12.50 EUR by Thursday, 26 November 2026 at 14:30 UTC with the reference o1.');
  });

  it.each([
    ['2026-11-26T14:30:59.999Z', 'Thursday, 26 November 2026 at 14:30 UTC'],
    ['2026-01-01T00:00:00.000Z', 'Thursday, 1 January 2026 at 00:00 UTC'],
    ['2026-12-31T23:59:59.999Z', 'Thursday, 31 December 2026 at 23:59 UTC'],
    ['2028-02-29T12:00:00.000Z', 'Tuesday, 29 February 2028 at 12:00 UTC'],
    ['2026-03-29T01:30:00.000Z', 'Sunday, 29 March 2026 at 01:30 UTC'],
    ['2026-10-25T01:30:00.000Z', 'Sunday, 25 October 2026 at 01:30 UTC'],
    ['2027-07-05T09:05:00.000Z', 'Monday, 5 July 2027 at 09:05 UTC'],
  ])('states a deadline as a date for people, never later than it is: %s', (deadline, text) =>
    expect(composeMail('awaiting_payment', facts({ deadline })).body).toContain(`by ${text} with`),
  );

  it('asks for the payment without a date if the order has no deadline', () =>
    expect(composeMail('awaiting_payment', facts()).body).toContain('Please pay 12.50 EUR with the reference o1.'));

  // Fails if a text contains an instant as it is stored, or a value that is missing.
  it.each(['confirmed', 'cancelled', 'awaiting_payment'] as const)('is for people: %s', (kind) => {
    const deadlines = fc.date({ noInvalidDate: true, min: new Date('2020-01-01'), max: new Date('2100-01-01') });
    fc.assert(
      fc.property(fc.option(deadlines, { nil: undefined }), (deadline) => {
        const { subject, body } = composeMail(kind, facts({ deadline: deadline?.toISOString() }));
        expect(`${subject} ${body}`).not.toMatch(/\d{4}-\d\d-\d\d|T\d\d:|undefined|null|NaN|[^\x20-\x7e\n]/);
        expect(body).toMatch(/[.]\n$/);
      }),
    );
  });

  // The id is the only text of an order in a subject, and the address the only one in a header. Fails if a subject quotes anything else.
  it('has a subject of one line, for every id that an order can have', () =>
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/), (id) => {
        expect(OrderIdSchema.safeParse(id).success).toBe(true);
        expect(composeMail('confirmed', facts({ orderId: id as OrderId })).subject).toMatch(/^[\x20-\x7e]+$/);
      }),
    ));

  it.each(['a\r\nBcc: b@example.com', 'a\nb', 'a b', ''])('belongs to no order with the id %j', (id) =>
    expect(OrderIdSchema.safeParse(id).success).toBe(false),
  );

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
