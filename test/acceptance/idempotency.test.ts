import { expect, test } from 'vitest';
import { createOrderBody } from './client.ts';
import { expectProblem } from './problem.ts';
import { expectStatus } from './request.ts';
import { expectStock, openShop, waitForOrderEnd } from './shop.ts';

const mugs = (quantity: number, token?: string) => createOrderBody([['mug', quantity]], token);

test('20 concurrent requests with one key create one order', async () => {
  const shop = await openShop({ mug: 50 });
  const send = () => expectStatus(shop.place(mugs(2), 'key'), 202);
  const orders = await Promise.all(Array.from({ length: 20 }, send));
  const [id, ...others] = new Set(orders.map((order) => order.id));
  expect(others).toEqual([]);
  expect((await waitForOrderEnd(shop, id ?? '')).status).toBe('confirmed');
  await expectStock(shop, { sku: 'mug', available: 48, held: 0, sold: 2 });
});

test.each([
  ['confirmed', 'tok_ok'],
  ['cancelled', 'tok_declined'],
])('a key sent again after its order was %s returns the current order', async (status, token) => {
  const shop = await openShop({ mug: 50 });
  const first = await expectStatus(shop.place(mugs(1, token), 'key'), 202);
  const ended = await waitForOrderEnd(shop, first.id);
  expect(ended.status).toBe(status);
  expect(await shop.place(mugs(1, token), 'key')).toMatchObject({ status: 202, body: ended });
});

test('the same body in another notation returns the same order', async () => {
  const shop = await openShop({ mug: 50 });
  const { lines, customer, payment } = mugs(1);
  const first = await expectStatus(shop.place({ lines, customer, payment }, 'key'), 202);
  const again = shop.place(JSON.stringify({ payment, customer, lines }, undefined, 2), 'key');
  expect((await expectStatus(again, 202)).id).toBe(first.id);
});

test('blanks at the ends of an e-mail address do not make another body', async () => {
  const shop = await openShop({ mug: 50 });
  const { customer, ...order } = mugs(1);
  const first = await expectStatus(shop.place({ ...order, customer: { email: ` ${customer.email} ` } }, 'key'), 202);
  expect(first).toMatchObject({ customer });
  expect(await shop.place({ ...order, customer }, 'key')).toMatchObject({ status: 202, body: { id: first.id } });
});

test('a key with another body is refused', async () => {
  const shop = await openShop({ mug: 50 });
  await expectStatus(shop.place(mugs(1), 'key'), 202);
  expectProblem(await shop.place(mugs(2), 'key'), 'key_reused');
});

test('a repeated request returns its order even if it would be refused today', async () => {
  const shop = await openShop({ mug: 50 });
  const first = await expectStatus(shop.place(mugs(2), 'key'), 202);
  const expensive = { name: 'Mug', price: { amount: 100_000_00, currency: 'USD' } };
  await expectStatus(shop.putProduct('mug', expensive), 200);
  expectProblem(await shop.place(mugs(2), 'a new key'), 'total_too_large');
  expect(await shop.place(mugs(2), 'key')).toMatchObject({ status: 202, body: { id: first.id } });
});
