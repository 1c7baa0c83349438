import { describe, expect, test } from 'vitest';
import { actByHand, allowRefund, type Order, resumeOrder } from './client.ts';
import { host } from './host.ts';
import { pollUntil } from './poll.ts';
import { expectProblem } from './problem.ts';
import { expectStatus } from './request.ts';
import { expectStock, openShop, placeOrder, readCharge, readOrder, waitForOrderEnd } from './shop.ts';

test('an order whose refund is refused needs attention, and is cancelled once the operator resumes it', async () => {
  const shop = await openShop({ mug: 10 });
  const { tenantId, key } = shop;
  const { id, total } = await placeOrder(shop, [['mug', 2]], 'tok_refund_refused');
  expectProblem(await resumeOrder(tenantId, id), 'not_parked');
  await pollUntil(
    host.limits.orderMs,
    () => readCharge(tenantId, id),
    ({ captured }) => captured > 0,
  );
  await expectStatus(shop.cancel(id), 202);
  const parked = await pollUntil(
    host.limits.orderMs,
    () => readOrder(shop, id),
    ({ status }) => status === 'needs_attention',
  );
  expect(parked).toMatchObject({ reason: 'cancelled_by_customer', cause: expect.stringContaining('refuses') });
  expect(await readCharge(tenantId, id)).toMatchObject({ captured: total.amount, refunded: 0 });

  expectProblem(await resumeOrder(tenantId, id, key), 'forbidden');
  expectProblem(await resumeOrder(tenantId, 'absent'), 'order_not_found');
  await expectStatus(allowRefund(tenantId, id), 200);
  expect(await resumeOrder(tenantId, id)).toMatchObject({ status: 202, body: { status: 'cancelling' } });
  expect(await waitForOrderEnd(shop, id)).toMatchObject({ status: 'cancelled', reason: 'cancelled_by_customer' });
  expect(await readCharge(tenantId, id)).toMatchObject({ captured: total.amount, refunded: total.amount });
  await expectStock(shop, { sku: 'mug', available: 10, held: 0, sold: 0 });
});

describe('an order of which the provider keeps a part', () => {
  /** Parks an order before it is confirmed. The provider fails twice, so that a person can capture a part before the charge. */
  const parkFromPlaced = async () => {
    const shop = await openShop({ mug: 10 });
    const { id, total } = await placeOrder(shop, [['mug', 2]], 'tok_flaky');
    const key = `${shop.tenantId}.${id}`;
    await expectStatus(actByHand(key, 'capture-by-hand', { amount: 100, currency: total.currency }), 200);
    const parked = await pollUntil(
      2 * host.limits.orderMs,
      () => readOrder(shop, id),
      ({ status }) => status === 'needs_attention',
    );
    expect(parked).toMatchObject({ cause: expect.stringContaining('keeps a part') });
    expect(parked.reason).toBeUndefined();
    return { shop, id, key, total };
  };
  const statuses = ({ history }: Order) => history.map(({ status }) => status);

  test.concurrent('returns to where it was parked when it is resumed, and is charged under the next key', async () => {
    const { shop, id, key, total } = await parkFromPlaced();
    await expectStatus(actByHand(key, 'refund-by-hand', { amount: 100 }), 200);
    expect(await resumeOrder(shop.tenantId, id)).toMatchObject({ status: 202, body: { status: 'placed' } });
    const order = await waitForOrderEnd(shop, id, 2 * host.limits.orderMs);
    expect(statuses(order)).toEqual(['placed', 'needs_attention', 'placed', 'confirmed']);
    expect(await readCharge(shop.tenantId, id)).toMatchObject({ captured: 100, refunded: 100 });
    expect(await readCharge(shop.tenantId, `${id}.2`)).toMatchObject({ captured: total.amount, refunded: 0 });
    await expectStock(shop, { sku: 'mug', available: 8, held: 0, sold: 2 });
  });

  test.concurrent('can be cancelled by its customer while it is parked, and nothing is kept', async () => {
    const { shop, id } = await parkFromPlaced();
    expect(await shop.cancel(id)).toMatchObject({ status: 202, body: { status: 'cancelling' } });
    const order = await waitForOrderEnd(shop, id);
    expect(order).toMatchObject({ status: 'cancelled', reason: 'cancelled_by_customer' });
    expect(statuses(order)).toEqual(['placed', 'needs_attention', 'cancelling', 'cancelled']);
    expect(await readCharge(shop.tenantId, id)).toMatchObject({ captured: 100, refunded: 100 });
    await expectStock(shop, { sku: 'mug', available: 10, held: 0, sold: 0 });
  });
});
