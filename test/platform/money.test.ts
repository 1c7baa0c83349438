import { describe, expect, it } from 'vitest';
import { PutProduct } from '#catalog/routes';
import { findCurrency } from '#platform/currencies';
import { describeIssues } from '#platform/http/body';
import { CurrencySchema } from '#platform/input-schemas';
import { formatMoney, maxMoney } from '#platform/money';
import { activeCurrencies } from '../fixtures/iso-4217.ts';

it('the table has every active code, its minor unit, and the worth of a unit rounded to a power of ten', () => {
  // Math.round(-0.4) is -0
  for (const { code, minorUnit, perUsd } of activeCurrencies)
    expect(findCurrency(code), code).toEqual({ minorUnit, unitsPerDollarPower: Math.round(Math.log10(perUsd)) + 0 });
});

it('every limit is a power of ten and a safe integer', () => {
  for (const { code } of activeCurrencies) {
    const { amount } = maxMoney(code) ?? {};
    expect(String(amount), code).toMatch(/^10{6,14}$/);
    expect(Number.isSafeInteger(amount), code).toBe(true);
  }
});

it('an amount in a withdrawn currency is stated in its minor units, because its decimals are not known', () => {
  expect(maxMoney('BGN')).toBeUndefined();
  expect(formatMoney({ amount: 1250, currency: 'BGN' })).toBe('1250 minor units of BGN');
});

it('the error of a price names the most that is allowed in its currency, once', () => {
  const errors = (amount: number, currency: string) =>
    PutProduct.safeParse({ name: 'X', price: { amount, currency } }, describeIssues).error?.issues.map(
      ({ message }) => message,
    );
  const most = "the most is 10000000 in minor units (10000.000 KWD), which is also the limit of an order's total";
  expect(errors(10_000_001, 'KWD')).toEqual([most]);
  expect(errors(1e20, 'KWD')).toEqual([expect.stringContaining('Too big')]);
});

describe('the error of a currency', () => {
  it.each([
    ['eur', 'write the currency in upper case: EUR'],
    ['Jpy', 'write the currency in upper case: JPY'],
    ['zzz', 'not an active ISO 4217 currency with a minor unit, such as EUR'],
    ['HRK', 'not an active ISO 4217 currency with a minor unit, such as EUR'],
    ['XAU', 'not an active ISO 4217 currency with a minor unit, such as EUR'],
  ])('%s', (code, message) => expect(CurrencySchema.safeParse(code).error?.issues).toMatchObject([{ message }]));
});
