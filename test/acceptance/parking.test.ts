import { expect, test } from 'vitest';
import { allowRefund, resumeOrder } from './client.ts';
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
