import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { chargeOf, type Order, outage } from './client.ts';
import { host } from './host.ts';
import { until } from './poll.ts';
import { expectProblem } from './problem.ts';
import { openShop, orderEnded, placed, type Shop } from './shop.ts';

const become = async (shop: Shop, id: string, status: Order['status'], withinMs = host.limits.orderMs) =>
  (
    await until(
      withinMs,
      () => shop.order(id),
      ({ body }) => body.status === status,
    )
  ).body;

/** A shop whose provider is away, noticed: its breaker is open. */
const cutOff = async () => {
  const shop = await openShop({ mug: 100 });
  await outage(shop.tenantId, 600);
  const unlucky = await placed(shop, [['mug', 1]]);
  // its charges fail until the breaker opens; of those who come then all but a probe now and then wait for another payment
  const { body } = await until(
    4 * host.limits.orderMs,
    async () => {
      await placed(shop, [['mug', 2]]);
      return shop.orders();
    },
    ({ body }) => body.items.some(({ status }) => status === 'awaiting_payment'),
  );
  const waiting = body.items.find(({ status }) => status === 'awaiting_payment') as Order;
  return { shop, unlucky, waiting };
};

test.concurrent('while the provider is away, orders wait for another payment, and are confirmed by it', async () => {
  const { shop, waiting } = await cutOff();
  const { id, total, instructions } = waiting;
  expect(instructions).toEqual({ reference: id, ...total, deadline: expect.any(String) });
  expect((await chargeOf(shop.tenantId, id)).status).toBe(404);

  const paid = { ...total, reference: 'bank transfer 7' };
  expectProblem(await shop.pay(id, { ...paid, amount: total.amount - 1 }), 'wrong_amount');
  expectProblem(await shop.pay(id, { ...paid, currency: 'USD' }), 'wrong_amount');
  const key = randomUUID();
  expect(await shop.pay(id, paid, key)).toMatchObject({ status: 201, body: { status: 'confirmed' } });
  expect(await shop.pay(id, paid, key)).toMatchObject({ status: 201, body: { status: 'confirmed' } });
  expectProblem(await shop.pay(id, paid), 'not_awaiting_payment');
});

test.concurrent('an order that nobody pays in time is unwound; what comes later is refused', async () => {
  const { shop, waiting } = await cutOff();
  const { id, total } = waiting;
  const unwound = await orderEnded(
    shop,
    id,
    host.times.paymentDeadlineMs + 2 * host.limits.sweepMs + host.limits.orderMs,
  );
  expect(unwound).toMatchObject({ status: 'cancelled', reason: 'payment_expired' });
  expectProblem(await shop.pay(id, { ...total, reference: 'too late' }), 'not_awaiting_payment');
});

test.concurrent('once the provider is back, one order probes it, and all goes on as before', async () => {
  const { shop, unlucky, waiting } = await cutOff();
  await shop.cancel(waiting.id);
  await outage(shop.tenantId, 0);
  await until(
    host.times.breaker.openDurationMs + 3 * host.limits.orderMs,
    async () => {
      const { id } = await placed(shop, [['mug', 1]]);
      const order = await until(
        host.limits.orderMs,
        () => shop.order(id),
        ({ body }) => body.status !== 'placed',
      );
      return order.body.status;
    },
    (status) => status === 'confirmed',
  );
  await become(
    shop,
    unlucky.id,
    'confirmed',
    host.times.maxStandstillMs * 2 + host.limits.sweepMs * 2 + host.limits.orderMs,
  );
  await become(shop, waiting.id, 'cancelled');
});

test.concurrent('an order that waits for its payment can be cancelled, and its stock goes back', async () => {
  const { shop, waiting } = await cutOff();
  await shop.cancel(waiting.id);
  expect(await orderEnded(shop, waiting.id)).toMatchObject({ status: 'cancelled', reason: 'cancelled_by_customer' });
  const { body } = await until(
    host.limits.orderMs,
    () => shop.stock('mug'),
    ({ body }) => body.available + body.held === 100,
  );
  expect(body.sold).toBe(0);
});
