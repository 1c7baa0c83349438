import { expect, test } from 'vitest';
import { createOrderBody } from './client.ts';
import { expectProblem } from './problem.ts';
import { expectStock, openShop, waitForOrderEnd } from './shop.ts';

const mugs = (quantity: number, token?: string) => createOrderBody([['mug', quantity]], token);

test('20 concurrent requests with one key create one order', async () => {
  const shop = await openShop({ mug: 50 });
  const answers = await Promise.all(Array.from({ length: 20 }, () => shop.place(mugs(2), 'key')));
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(202));
  const [id, ...others] = new Set(answers.map(({ body }) => body.id));
  expect(others).toEqual([]);
  expect((await waitForOrderEnd(shop, id ?? '')).status).toBe('confirmed');
  await expectStock(shop, { sku: 'mug', available: 48, held: 0, sold: 2 });
});

test.each([
  ['confirmed', 'tok_ok'],
  ['cancelled', 'tok_declined'],
])('a key sent again after its order was %s returns the current order', async (status, token) => {
  const shop = await openShop({ mug: 50 });
  const first = await shop.place(mugs(1, token), 'key');
  const ended = await waitForOrderEnd(shop, first.body.id);
  expect(ended.status).toBe(status);
  expect(await shop.place(mugs(1, token), 'key')).toMatchObject({ status: 202, body: ended });
});

test('the same body in another notation returns the same order', async () => {
  const shop = await openShop({ mug: 50 });
  const { lines, customer, payment } = mugs(1);
  const first = await shop.place({ lines, customer, payment }, 'key');
  const again = await shop.place(shop.toText({ payment, customer, lines }, 2), 'key');
  expect([again.status, again.body.id]).toEqual([202, first.body.id]);
});

test('a key with another body is refused', async () => {
  const shop = await openShop({ mug: 50 });
  expect((await shop.place(mugs(1), 'key')).status).toBe(202);
  expectProblem(await shop.place(mugs(2), 'key'), 'key_reused');
});

test('a repeated request returns its order even if it would be refused today', async () => {
  const shop = await openShop({ mug: 50 });
  const first = await shop.place(mugs(1), 'key');
  await shop.putProduct('mug', { name: 'Mug', price: { amount: 1_000_000_000, currency: 'USD' } });
  expectProblem(await shop.place(mugs(1), 'a new key'), 'total_too_large');
  expect(await shop.place(mugs(1), 'key')).toMatchObject({ status: 202, body: { id: first.body.id } });
});
