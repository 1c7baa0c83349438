import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PutProduct } from '#catalog/routes';
import { createOrder } from '#orders/domain/customer';
import type { Money } from '#platform/kernel';
import { activeCurrencies } from '../fixtures/iso-4217.ts';
import { anOrder, moment, mug } from '../fixtures/order.ts';

type Line = { readonly amount: number; readonly quantity: number };
const order = (currency: string, ...lines: readonly [Line, ...Line[]]) =>
  createOrder(
    {
      ...anOrder(),
      lines: lines.map(({ amount, quantity }) => ({ sku: mug, quantity, unitPrice: { amount, currency } })) as never,
    },
    moment,
  );

const isPrice = ({ amount, currency }: Money) =>
  PutProduct.safeParse({ name: 'Mug', price: { amount, currency } }).success;
const isTotal = ({ amount, currency }: Money) => order(currency, { amount, quantity: 1 }).ok;

/** The largest amount that is allowed, as every smaller one from 1 on is. */
const largest = (currency: string, isAllowed: (money: Money) => boolean): number => {
  let [allowed, refused] = [1, Number.MAX_SAFE_INTEGER];
  while (refused - allowed > 1) {
    const amount = Math.floor((allowed + refused) / 2);
    if (isAllowed({ amount, currency })) allowed = amount;
    else refused = amount;
  }
  return allowed;
};
const limits = activeCurrencies.map(({ code, minorUnit, perUsd }) => {
  const amount = largest(code, isTotal);
  return { code, amount, usd: amount / 10 ** minorUnit / perUsd };
});

describe.each(limits)('$code', ({ code, amount, usd }) => {
  it('has the same largest price as the largest total, so that every product can be ordered once', () =>
    expect(largest(code, isPrice)).toBe(amount));

  it('allows a total of about 100,000 dollars', () => {
    expect(usd).toBeGreaterThan(100_000 / Math.sqrt(10));
    expect(usd).toBeLessThan(100_000 * Math.sqrt(10));
  });

  it('accepts lines exactly while their exact total is within the limit', () => {
    // Fails if a total is rounded or capped before it is compared.
    const quantity = fc.integer({ min: 1, max: 999 });
    const price = fc.oneof(
      fc.integer({ min: 1, max: amount }),
      fc.integer({ min: 1, max: Math.ceil(amount / 20_000) }),
    );
    const lines = fc.array(fc.record({ amount: price, quantity }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(lines, (lines) => {
        const total = lines.reduce((sum, line) => sum + BigInt(line.amount) * BigInt(line.quantity), 0n);
        const created = order(code, ...(lines as [Line, ...Line[]]));
        expect(created.ok).toBe(total <= BigInt(amount));
        if (created.ok) expect(BigInt(created.value.total.amount)).toBe(total);
      }),
      { numRuns: 20 },
    );
  });
});

it('the limits of all currencies are worth the same within a factor of ten', () => {
  const worths = limits.map(({ usd }) => usd);
  expect(Math.max(...worths) / Math.min(...worths)).toBeLessThanOrEqual(10);
});

it('takes an order of 120,000 COP and of 9,999 KWD, and none of 999,999 KWD', () => {
  expect(isTotal({ amount: 120_000_00, currency: 'COP' })).toBe(true);
  expect(isTotal({ amount: 9_999_000, currency: 'KWD' })).toBe(true);
  expect(isTotal({ amount: 999_999_000, currency: 'KWD' })).toBe(false);
});
