import { describe, expect, test } from 'vitest';
import { actByHand, resumeOrder } from './client.ts';
import { findRunStatus } from './executions.ts';
import { host } from './host.ts';
import { pollUntil } from './poll.ts';
import { expectStatus } from './request.ts';
import { expectStock, openShop, placeOrder, readCharge, readOrder, readStock, waitForOrderEnd } from './shop.ts';

/** From an order's acceptance until two sweeps have restarted it. */
const timeoutMs = host.limits.orderMs + 2 * (host.times.maxStandstillMs + host.limits.sweepMs);

describe('an unreliable provider captures once, and the order is confirmed', () => {
  test.concurrent.each([
    ['fails sometimes', 'tok_flaky'],
    ['captures and answers too late', 'tok_commits_late'],
    ['fails but captures', 'tok_unknown_then_commits'],
  ])('it %s', async (_, token) => {
    const shop = await openShop({ mug: 10 });
    const { id, total } = await placeOrder(shop, [['mug', 2]], token);
    expect(await waitForOrderEnd(shop, id, timeoutMs)).toMatchObject({ status: 'confirmed' });
    expect(await readCharge(shop.tenantId, id)).toMatchObject({ captured: total.amount, refunded: 0 });
    await expectStock(shop, { sku: 'mug', available: 8, held: 0, sold: 2 });
  });
});

describe('an order with an unknown payment is cancelled and releases its stock and its money', () => {
  test.concurrent.each([
    ['that never answers', 'tok_unreachable'],
    ['that captures and answers too late', 'tok_commits_late'],
  ])('by its customer, with a provider %s', async (_, token) => {
    const shop = await openShop({ mug: 10 });
    const { id } = await placeOrder(shop, [['mug', 2]], token);
    await pollUntil(
      host.limits.orderMs,
      () => readStock(shop, 'mug'),
      ({ available }) => available === 8,
    );
    await expectStatus(shop.cancel(id), 202);
    expect(await waitForOrderEnd(shop, id, timeoutMs)).toMatchObject({
      status: 'cancelled',
      reason: 'cancelled_by_customer',
    });
    const { captured, refunded } = await readCharge(shop.tenantId, id);
    expect(captured - refunded).toBe(0);
    await expectStock(shop, { sku: 'mug', available: 10, held: 0, sold: 0 });
  });

  test.concurrent('with a provider that always fails, after restarts that did not help', async () => {
    const shop = await openShop({ mug: 10 });
    const { id } = await placeOrder(shop, [['mug', 2]], 'tok_5xx');
    // the sweeper restarts it by then, unless it is busy with the orders of other tests
    const latest = Date.now() + host.times.standstillMs + 2 * host.limits.sweepMs;
    await pollUntil(
      Number.POSITIVE_INFINITY,
      async () => (await findRunStatus(id, 2)) ?? 'absent',
      (status) => Date.now() > latest || (status !== 'absent' && status !== 'RUNNING'),
    );
    expect(await readOrder(shop, id)).toMatchObject({ status: 'placed' });
    await expectStatus(shop.cancel(id), 202);
    const order = await waitForOrderEnd(shop, id, timeoutMs);
    expect(order).toMatchObject({ status: 'cancelled', reason: 'cancelled_by_customer' });
    const { captured, refunded } = await readCharge(shop.tenantId, id);
    expect(captured - refunded).toBe(0);
    await expectStock(shop, { sku: 'mug', available: 10, held: 0, sold: 0 });
  });
});

test('a provider that declines and captures all the same keeps nothing', async () => {
  const shop = await openShop({ mug: 10 });
  const { id, total } = await placeOrder(shop, [['mug', 2]], 'tok_declines_then_captures');
  expect(await waitForOrderEnd(shop, id, timeoutMs)).toMatchObject({ status: 'cancelled', reason: 'payment_declined' });
  expect(await readCharge(shop.tenantId, id)).toMatchObject({ captured: total.amount, refunded: total.amount });
  await expectStock(shop, { sku: 'mug', available: 10, held: 0, sold: 0 });
});

test('an order whose refund is refused ends once a person has refunded it by hand', async () => {
  const shop = await openShop({ mug: 10 });
  const { id, total } = await placeOrder(shop, [['mug', 2]], 'tok_refund_refused');
  await pollUntil(
    host.limits.orderMs,
    () => readCharge(shop.tenantId, id),
    ({ captured }) => captured > 0,
  );
  await expectStatus(shop.cancel(id), 202);
  await pollUntil(
    host.limits.orderMs,
    () => readOrder(shop, id),
    ({ status }) => status === 'needs_attention',
  );
  await expectStatus(actByHand(`${shop.tenantId}.${id}`, 'refund-by-hand', { amount: total.amount }), 200);
  await expectStatus(resumeOrder(shop.tenantId, id), 202);
  const order = await waitForOrderEnd(shop, id, timeoutMs);
  expect(order).toMatchObject({ status: 'cancelled', reports: [{ n: 1, kind: 'refunded', amount: total.amount }] });
  await expectStock(shop, { sku: 'mug', available: 10, held: 0, sold: 0 });
});
