import { expect, test } from 'vitest';
import { allowRefund, chargeOf, resume } from './client.ts';
import { host } from './host.ts';
import { until } from './poll.ts';
import { expectProblem } from './problem.ts';
import { openShop, orderEnded, placed, stockBecomes } from './shop.ts';

test('an order whose refund is refused needs attention; resumed by the operator it is unwound', async () => {
  const shop = await openShop({ mug: 10 });
  const { tenantId, key } = shop;
  const { id, total } = await placed(shop, [['mug', 2]], 'tok_refund_refused');
  expectProblem(await resume(tenantId, id), 'not_parked');
  await until(
    host.limits.orderMs,
    () => chargeOf(tenantId, id),
    ({ status, body }) => status === 200 && body.captured > 0,
  );
  expect((await shop.cancel(id)).status).toBe(202);
  const parked = await until(
    host.limits.orderMs,
    () => shop.order(id),
    ({ body }) => body.status === 'needs_attention',
  );
  expect(parked.body).toMatchObject({ reason: 'cancelled_by_customer', cause: expect.stringContaining('refuses') });
  expect((await chargeOf(tenantId, id)).body).toMatchObject({ captured: total.amount, refunded: 0 });

  expectProblem(await resume(tenantId, id, key), 'forbidden');
  expectProblem(await resume(tenantId, 'absent'), 'order_not_found');
  await allowRefund(tenantId, id);
  expect(await resume(tenantId, id)).toMatchObject({ status: 202, body: { status: 'cancelling' } });
  expect(await orderEnded(shop, id)).toMatchObject({ status: 'cancelled', reason: 'cancelled_by_customer' });
  expect((await chargeOf(tenantId, id)).body).toMatchObject({ captured: total.amount, refunded: total.amount });
  await stockBecomes(shop, { sku: 'mug', available: 10, held: 0, sold: 0 });
});
