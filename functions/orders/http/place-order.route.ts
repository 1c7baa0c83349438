import { createHash } from 'node:crypto';
import { catalogPrices } from '#catalog/published';
import { placeOrder } from '#orders/app/place-order';
import { PlaceOrder } from '#orders/contract';
import { orderTable } from '#orders/data/order-table';
import { when } from '#orders/data/when';
import { answer } from '#orders/http/answer';
import { problem, reply, route } from '#shared/http';
import type { OrderId, TenantId } from '#shared/kernel';
import type { Runtime } from '#shared/runtime';

export const placeOrderRoute = (rt: Runtime<'db'>) => {
  const place = placeOrder(orderTable(rt), catalogPrices(rt), when(rt));
  const spec = { method: 'POST', path: '/v1/orders', scope: 'tenant', body: PlaceOrder } as const;
  return route(spec, async ({ tenantId, body, header }) => {
    const key = header('idempotency-key');
    if (!key || key.length > 255) return problem('idempotency_key_required');
    const placed = await place({ ...body, tenantId, id: orderIdFrom(tenantId, key) });
    if (!placed.ok) return problem(placed.error);
    const order = answer(placed.value);
    // relative to the request's URL, for behind API Gateway the path has a prefix that differs from host to host
    return reply(202, order, { location: `orders/${order.id}` });
  });
};

/** The id is the idempotency record: the same key of the same tenant is the same order. */
const orderIdFrom = (tenantId: TenantId, key: string) =>
  createHash('sha256').update(`${tenantId}\0${key}`).digest('hex').slice(0, 26) as OrderId;
