import { expect, test } from 'vitest';
import { host } from './host.ts';
import { pollUntil } from './poll.ts';
import { expectProblem } from './problem.ts';
import { expectStatus } from './request.ts';
import { expectStock, openShop, placeOrder, readStock, waitForOrderEnd } from './shop.ts';

test('adjustments add up, and the units are available immediately', async () => {
  const shop = await openShop({ mug: 50 });
  await expectStatus(shop.adjust('mug', { delta: -20, reason: 'broken' }), 201);
  await expectStatus(shop.adjust('mug', { delta: 5, reason: 'found' }), 201);
  await expectStock(shop, { sku: 'mug', available: 35, held: 0, sold: 0 });
});

test('an adjustment is applied once per Idempotency-Key', async () => {
  const shop = await openShop();
  const received = { delta: 50, reason: 'received' };
  const adjust = () => expectStatus(shop.adjust('mug', received, 'delivery-7'), 201);
  const all = await Promise.all(Array.from({ length: 5 }, adjust));
  expect(new Set(all.map(({ id }) => id)).size).toBe(1);
  expectProblem(await shop.adjust('mug', { ...received, delta: 51 }, 'delivery-7'), 'key_reused');
  expect((await readStock(shop, 'mug')).available).toBe(50);
});

test('an adjustment cannot take more units than are available', async () => {
  const shop = await openShop({ mug: 3 });
  expectProblem(await shop.adjust('mug', { delta: -4, reason: 'stolen' }), 'insufficient_stock');
  expect((await readStock(shop, 'mug')).available).toBe(3);
  await expectStatus(shop.adjust('mug', { delta: -3, reason: 'stolen' }), 201);
  expect((await readStock(shop, 'mug')).available).toBe(0);
});

test('an order holds its units while it is open, and they count as sold once it is confirmed', async () => {
  const shop = await openShop({ mug: 10 });
  const { id } = await placeOrder(shop, [['mug', 4]], 'tok_slow');
  await pollUntil(
    host.limits.orderMs,
    () => readStock(shop, 'mug'),
    ({ held, available, sold }) => held === 4 && available === 6 && sold === 0,
  );
  expect((await waitForOrderEnd(shop, id)).status).toBe('confirmed');
  await expectStock(shop, { sku: 'mug', available: 6, held: 0, sold: 4 });
});
