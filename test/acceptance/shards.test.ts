import { expect, test } from 'vitest';
import { host } from './host.ts';
import { pollUntil } from './poll.ts';
import { expectProblem } from './problem.ts';
import { expectStatus } from './request.ts';
import { expectStock, openShop, placeOrder, readStock, waitForAllOrders, waitForOrderEnd } from './shop.ts';

const BUYERS = Math.min(host.buyersAtOnce, 40);

test('the number of shards can grow but not shrink, and the stock stays the same', async () => {
  const shop = await openShop({ mug: 50 });
  for (const shards of [4, 16, 16]) {
    expect(await shop.setShards('mug', shards)).toMatchObject({ status: 200, body: { sku: 'mug', shards } });
    expect(await readStock(shop, 'mug')).toMatchObject({ available: 50, shards });
    await expectStock(shop, { sku: 'mug', available: 50, held: 0, sold: 0 });
  }
  expectProblem(await shop.setShards('mug', 15), 'shards_lowered');
  for (const shards of [0, 65, 1.5, '16']) expectProblem(await shop.setShards('mug', shards), 'invalid_body');
});

test('a line takes units from several shards, and releases all of them', async () => {
  const shop = await openShop({ mug: 20 });
  await expectStatus(shop.setShards('mug', 16), 200);
  const bought = await placeOrder(shop, [['mug', 15]]);
  expect((await waitForOrderEnd(shop, bought.id)).status).toBe('confirmed');
  const declined = await placeOrder(shop, [['mug', 5]], 'tok_declined');
  expect((await waitForOrderEnd(shop, declined.id)).status).toBe('cancelled');
  await expectStock(shop, { sku: 'mug', available: 5, held: 0, sold: 15 });
});

test('no order is refused stock while the number of shards grows', {
  timeout: 2 * host.limits.rushMs,
}, async () => {
  const shop = await openShop({ mug: BUYERS });
  const addShards = async () => {
    // a conflict is retried
    for (const shards of [2, 8, 32])
      await pollUntil(
        host.limits.rushMs,
        () => shop.setShards('mug', shards),
        ({ status }) => status === 200,
      );
  };
  const buyers = Array.from({ length: BUYERS }, () => placeOrder(shop, [['mug', 1]]));
  await Promise.all([...buyers, addShards()]);
  const orders = await waitForAllOrders(shop, BUYERS, host.limits.rushMs);
  expect(orders.filter(({ status }) => status !== 'confirmed')).toEqual([]);
  await expectStock(shop, { sku: 'mug', available: 0, held: 0, sold: BUYERS });
});
