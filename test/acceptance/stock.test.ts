import { expect, test } from 'vitest';
import { host } from './host.ts';
import { pollUntil } from './poll.ts';
import { expectProblem } from './problem.ts';
import { expectStock, openShop, placeOrder, waitForOrderEnd } from './shop.ts';

test('adjustments add up, and the units are available immediately', async () => {
  const shop = await openShop({ mug: 50 });
  expect((await shop.adjust('mug', { delta: -20, reason: 'broken' })).status).toBe(201);
  expect((await shop.adjust('mug', { delta: 5, reason: 'found' })).status).toBe(201);
  expect((await shop.stock('mug')).body).toMatchObject({ sku: 'mug', available: 35, held: 0, sold: 0 });
});

test('an adjustment is applied once per Idempotency-Key', async () => {
  const shop = await openShop();
  const received = { delta: 50, reason: 'received' };
  const all = await Promise.all(Array.from({ length: 5 }, () => shop.adjust('mug', received, 'delivery-7')));
  expect(all.map(({ status }) => status)).toEqual(Array(5).fill(201));
  expect(new Set(all.map(({ body }) => body.id)).size).toBe(1);
  expectProblem(await shop.adjust('mug', { ...received, delta: 51 }, 'delivery-7'), 'key_reused');
  expect((await shop.stock('mug')).body.available).toBe(50);
});

test('an adjustment cannot take more units than are available', async () => {
  const shop = await openShop({ mug: 3 });
  expectProblem(await shop.adjust('mug', { delta: -4, reason: 'stolen' }), 'insufficient_stock');
  expect((await shop.stock('mug')).body.available).toBe(3);
  expect((await shop.adjust('mug', { delta: -3, reason: 'stolen' })).status).toBe(201);
  expect((await shop.stock('mug')).body.available).toBe(0);
});

test('an order holds its units while it is open, and they count as sold once it is confirmed', async () => {
  const shop = await openShop({ mug: 10 });
  const { id } = await placeOrder(shop, [['mug', 4]], 'tok_slow');
  await pollUntil(
    host.limits.orderMs,
    () => shop.stock('mug'),
    ({ body }) => body.held === 4 && body.available === 6 && body.sold === 0,
  );
  expect((await waitForOrderEnd(shop, id)).status).toBe('confirmed');
  await expectStock(shop, { sku: 'mug', available: 6, held: 0, sold: 4 });
});
