import { afterEach, describe, expect, it } from 'vitest';
import { openShop } from '../fixtures/shop.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;
const shops: Shop[] = [];
afterEach(() => {
  for (const shop of shops.splice(0)) shop.close();
});

/** A shop whose customer cancels when this function first ends, before its saga receives the result. */
const openCancellingShop = async (fn: string) => {
  const statuses: number[] = [];
  const shop: Shop = await openShop({
    functionId: fn,
    async run({ orderId }) {
      if (statuses.length > 0) return;
      statuses.push(0);
      statuses[0] = await shop.cancelImmediately(orderId);
    },
  });
  shops.push(shop);
  return { shop, statuses };
};

describe('an order that its customer cancels', () => {
  // Invariants 3 and 5. Fails if settle does not refund, if release ignores the allocations, or if confirm requires no status.
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
  ])('after %s (%s) is cancelled, holds no stock and keeps no money', async (fn, token, reason) => {
    const { shop, statuses } = await openCancellingShop(fn);
    const id = await shop.place(token);
    expect(await shop.until(id, 'cancelled', 400)).toMatchObject({ reason });
    expect(statuses).toEqual([202]);
    await shop.advance(30);
    const { captured = 0, refunded = 0 } = await shop.charge(id);
    expect(captured - refunded).toBe(0);
    expect(await shop.stock()).toBe(100);
  });

  it('after it was confirmed stays confirmed', async () => {
    const { shop, statuses } = await openCancellingShop('orders-confirm');
    const id = await shop.place('tok_ok');
    await shop.until(id, 'confirmed', 60);
    await shop.advance(90);
    expect(statuses).toEqual([409]);
    expect(await shop.order(id)).toMatchObject({ status: 'confirmed' });
    expect(await shop.stock()).toBe(98);
  });
});
