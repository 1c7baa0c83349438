import { expect, test } from 'vitest';
import { orderOf } from './client.ts';
import { expectProblem } from './problem.ts';
import { openShop, orderEnded, PRICE, placed, stockBecomes } from './shop.ts';

test('a tenant cannot see or cancel the order of another: it is as absent', async () => {
  const [owner, stranger] = await Promise.all([openShop({ mug: 5 }), openShop({ mug: 5 })]);
  const order = await placed(owner, [['mug', 1]], 'tok_slow');
  expectProblem(await stranger.order(order.id), 'order_not_found');
  expectProblem(await stranger.cancel(order.id), 'order_not_found');
  expect((await stranger.orders()).body).toEqual({ items: [], next: null });
  expect(await orderEnded(owner, order.id)).toMatchObject({ status: 'confirmed' });
});

test('products and stock of two tenants have nothing to do with each other', async () => {
  const [owner, stranger] = await Promise.all([openShop({ mug: 5 }), openShop()]);
  expectProblem(await stranger.product('mug'), 'product_not_found');
  expectProblem(await stranger.stock('mug'), 'sku_not_found');
  expect((await stranger.products()).body.items).toEqual([]);
  expect((await stranger.putProduct('mug', { name: 'Other', price: { ...PRICE, amount: 1 } })).status).toBe(201);
  expect((await stranger.adjust('mug', { delta: 3, reason: 'received' })).status).toBe(201);
  expect((await owner.product('mug')).body).toMatchObject({ name: 'mug', price: PRICE });
  await stockBecomes(owner, { sku: 'mug', available: 5, held: 0, sold: 0 });
});

test('the same Idempotency-Key of two tenants is two orders', async () => {
  const shops = await Promise.all([openShop({ mug: 1 }), openShop({ mug: 1 })]);
  const [one, other] = await Promise.all(shops.map((shop) => shop.place(orderOf([['mug', 1]]), 'the-same')));
  expect([one?.status, other?.status]).toEqual([202, 202]);
  expect(one?.body.id).not.toBe(other?.body.id);
});
