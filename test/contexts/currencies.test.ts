import { describe, expect, it } from 'vitest';
import { PutProduct } from '#catalog/routes';
import { composeMail } from '#notifications/domain/mail';
import { RecordPayment } from '#orders/routes';
import { activeCurrencies, codesWithoutMinorUnit, inactiveCodes } from '../fixtures/iso-4217.ts';
import { facts } from '../notifications/fixtures/notices.ts';

/** Every body in which a client sends a currency. */
const bodies = {
  'the price of a product': (currency: unknown) =>
    PutProduct.safeParse({ name: 'Mug', price: { amount: 1, currency } }),
  'an offline payment': (currency: unknown) => RecordPayment.safeParse({ amount: 1, currency, reference: 'r' }),
};
const amountInMail = (amount: number, currency: string) =>
  /for (.*) is confirmed/.exec(composeMail('confirmed', facts({ total: { amount, currency } })).body)?.[1];

describe.each(activeCurrencies)('$code', ({ code, minorUnit }) => {
  it.each(Object.entries(bodies))('is taken in %s', (_, parse) => expect(parse(code).success).toBe(true));

  it('has the minor unit of ISO 4217 in mails', () => {
    const decimals = (digits: string) => (minorUnit === 0 ? '' : `.${digits.padStart(minorUnit, '0')}`);
    const one = 10 ** minorUnit;
    expect(amountInMail(1_250 * one, code)).toBe(`1250${decimals('0')} ${code}`);
    expect(amountInMail(1, code)).toBe(minorUnit === 0 ? `1 ${code}` : `0${decimals('1')} ${code}`);
    expect(amountInMail(10 ** 11 * one - 1, code)).toBe(`99999999999${decimals('9'.repeat(minorUnit))} ${code}`);
  });
});

const refusedCodes = [...codesWithoutMinorUnit, ...inactiveCodes, 'eur', 'Eur', ' EUR', 'EU', 'EURO', '978', '€', ''];
describe.each(Object.entries(bodies))('%s', (_, parse) => {
  it.each([...refusedCodes, 'constructor', '__proto__', 978, null])('is refused in %s', (code) =>
    expect(parse(code).success).toBe(false),
  );
});

it.each([
  [125_000, 'HUF', '1250.00 HUF'],
  [12_500, 'KWD', '12.500 KWD'],
  [1_250, 'JPY', '1250 JPY'],
  [1_250, 'MRU', '12.50 MRU'],
  [1_250, 'MGA', '12.50 MGA'],
  [12_500, 'CLF', '1.2500 CLF'],
  [999_999_999_999, 'KWD', '999999999.999 KWD'],
  [9_007_199_254_740_991, 'EUR', '90071992547409.91 EUR'],
])('a mail states %d of %s as %s', (amount, currency, text) => expect(amountInMail(amount, currency)).toBe(text));
