import { expect, test } from 'vitest';
import { createOrderBody } from './client.ts';
import { expectProblem } from './problem.ts';
import { expectStock, openShop, PRICE, placeOrder, waitForOrderEnd } from './shop.ts';

test('a tenant cannot read or cancel an order of another: the answer is that it does not exist', async () => {
  const [owner, stranger] = await Promise.all([openShop({ mug: 5 }), openShop({ mug: 5 })]);
  const order = await placeOrder(owner, [['mug', 1]], 'tok_slow');
  expectProblem(await stranger.order(order.id), 'order_not_found');
  expectProblem(await stranger.cancel(order.id), 'order_not_found');
  expect((await stranger.orders()).body).toEqual({ items: [], next: null });
  expect(await waitForOrderEnd(owner, order.id)).toMatchObject({ status: 'confirmed' });
});

test('products and stock of two tenants are independent', async () => {
  const owner = await openShop({ mug: 5 });
  const stranger = await openShop({}, owner);
  expectProblem(await stranger.product('mug'), 'product_not_found');
  expectProblem(await stranger.stock('mug'), 'sku_not_found');
  expect((await stranger.products()).body.items).toEqual([]);
  expect((await stranger.putProduct('mug', { name: 'Other', price: { ...PRICE, amount: 1 } })).status).toBe(201);
  expect((await stranger.adjust('mug', { delta: 3, reason: 'received' })).status).toBe(201);
  expect((await owner.product('mug')).body).toMatchObject({ name: 'mug', price: PRICE });
  await expectStock(owner, { sku: 'mug', available: 5, held: 0, sold: 0 });
});

test('one Idempotency-Key used by two tenants creates two orders', async () => {
  const shops = await Promise.all([openShop({ mug: 1 }), openShop({ mug: 1 })]);
  const [first, second] = await Promise.all(shops.map((shop) => shop.place(createOrderBody([['mug', 1]]), 'the-same')));
  expect([first?.status, second?.status]).toEqual([202, 202]);
  expect(first?.body.id).not.toBe(second?.body.id);
});
