import { expect, test } from 'vitest';
import { createOrderBody, type Order } from './client.ts';
import { stopExecutions } from './executions.ts';
import { host } from './host.ts';
import { pollUntil } from './poll.ts';
import { expectStatus } from './request.ts';
import { expectStock, openShop, placeOrder, waitForAllOrders } from './shop.ts';

test('orders end even if their sagas are stopped in any state', async () => {
  const shop = await openShop({ mug: 100, tray: 100 });
  const orders: Order[] = [];
  let stopped = 0;
  const ids = new Set<string>();
  for (let n = 0; n < 12; n += 1) {
    const token = n % 3 === 0 ? 'tok_declined' : 'tok_slow';
    orders.push(await placeOrder(shop, [['mug', 1]], token));
    ids.add(orders[n]?.id ?? '');
    if (n % 4 === 1) await expectStatus(shop.cancel(orders[n]?.id ?? ''), 202, 409);
    stopped += await stopExecutions(ids);
  }
  // a busy host starts the sagas late, so the test goes on until it has stopped some
  let rounds = 0;
  await pollUntil(
    host.limits.orderMs,
    async () => {
      stopped += await stopExecutions(ids);
      rounds += 1;
    },
    () => stopped >= 12 || (stopped > 0 && rounds >= 20),
  );

  const timeoutMs = 2 * (host.times.maxStandstillMs + host.limits.sweepMs) + host.limits.rushMs;
  const ended = await waitForAllOrders(shop, orders.length, timeoutMs);
  const sold = ended.filter(({ status }) => status === 'confirmed').length;
  expect(ended.filter(({ status }) => status === 'cancelled')).toHaveLength(orders.length - sold);
  await expectStock(shop, { sku: 'mug', available: 100 - sold, held: 0, sold });
  await expectStatus(shop.place(createOrderBody([['tray', 1]])), 202);
});
