import { afterEach, describe, expect, it } from 'vitest';
import { openShop } from '../payments/fixtures/bad-day.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;
const shops: Shop[] = [];
afterEach(() => {
  for (const shop of shops.splice(0)) shop.close();
});

/** A shop in which the customer cancels as soon as this function has ended for the first time, before its saga hears of it. */
const cancellingAfter = async (fn: string) => {
  const answers: number[] = [];
  const shop: Shop = await openShop({
    entry: `functions/${fn.replace('-', '/')}.lambda.ts`,
    async act({ orderId }) {
      if (answers.length > 0) return;
      answers.push(0);
      answers[0] = await shop.cancelAtOnce(orderId);
    },
  });
  shops.push(shop);
  return { shop, answers };
};

describe('an order that its customer cancels', () => {
  // Invariants 3 and 5. Red when settle does not refund, when release follows no draws, and when confirm asks for no status.
  it.each([
    ['inventory-hold', 'tok_ok', 'cancelled_by_customer'],
    ['payments-charge', 'tok_ok', 'cancelled_by_customer'],
    ['payments-charge', 'tok_flaky', 'cancelled_by_customer'],
    ['payments-charge', 'tok_commits_late', 'cancelled_by_customer'],
    ['payments-charge', 'tok_declined', 'cancelled_by_customer'],
    ['orders-refuse', 'tok_declined', 'payment_declined'],
    ['payments-settle', 'tok_declined', 'payment_declined'],
    ['inventory-release', 'tok_declined', 'payment_declined'],
    ['orders-close', 'tok_declined', 'payment_declined'],
  ])('after %s (%s) is cancelled, holds nothing and keeps no money', async (fn, token, reason) => {
    const { shop, answers } = await cancellingAfter(fn);
    const id = await shop.place(token);
    expect(await shop.until(id, 'cancelled', 400)).toMatchObject({ reason });
    expect(answers).toEqual([202]);
    await shop.pass(30);
    const { captured = 0, refunded = 0 } = await shop.charge(id);
    expect(captured - refunded).toBe(0);
    expect(await shop.stock()).toBe(100);
  });

  it('after it was confirmed is not', async () => {
    const { shop, answers } = await cancellingAfter('orders-confirm');
    const id = await shop.place('tok_ok');
    await shop.until(id, 'confirmed', 60);
    await shop.pass(90);
    expect(answers).toEqual([409]);
    expect(await shop.order(id)).toMatchObject({ status: 'confirmed' });
    expect(await shop.stock()).toBe(98);
  });
});
