import { expect, test } from 'vitest';
import { createOrderBody } from './client.ts';
import { expectProblem } from './problem.ts';
import { expectStatus } from './request.ts';
import { expectStock, openShop, PRICE, placeOrder, type Shop, waitForOrderEnd } from './shop.ts';

test('a tenant cannot read or cancel an order of another: the answer is that it does not exist', async () => {
  const [owner, stranger] = await Promise.all([openShop({ mug: 5 }), openShop({ mug: 5 })]);
  const order = await placeOrder(owner, [['mug', 1]], 'tok_slow');
  expectProblem(await stranger.order(order.id), 'order_not_found');
  expectProblem(await stranger.cancel(order.id), 'order_not_found');
  expect(await expectStatus(stranger.orders(), 200)).toEqual({ items: [], next: null });
  expect(await waitForOrderEnd(owner, order.id)).toMatchObject({ status: 'confirmed' });
});

test('products and stock of two tenants are independent', async () => {
  const owner = await openShop({ mug: 5 });
  const stranger = await openShop({}, owner);
  expectProblem(await stranger.product('mug'), 'product_not_found');
  expectProblem(await stranger.stock('mug'), 'sku_not_found');
  expect(await expectStatus(stranger.products(), 200)).toMatchObject({ items: [] });
  await expectStatus(stranger.putProduct('mug', { name: 'Other', price: { ...PRICE, amount: 1 } }), 201);
  await expectStatus(stranger.adjust('mug', { delta: 3, reason: 'received' }), 201);
  expect(await expectStatus(owner.product('mug'), 200)).toMatchObject({ name: 'mug', price: PRICE });
  await expectStock(owner, { sku: 'mug', available: 5, held: 0, sold: 0 });
});

test('one Idempotency-Key used by two tenants creates two orders', async () => {
  const shops = await Promise.all([openShop({ mug: 1 }), openShop({ mug: 1 })]);
  const place = (shop: Shop) => expectStatus(shop.place(createOrderBody([['mug', 1]]), 'the-same'), 202);
  const [first, second] = await Promise.all(shops.map(place));
  expect(first?.id).not.toBe(second?.id);
});
