import { catalogPrices } from '#catalog/published';
import { placeOrder } from '#orders/app/place-order';
import { PlaceOrder } from '#orders/contract';
import { orderTable } from '#orders/data/order-table';
import { when } from '#orders/data/when';
import { answer } from '#orders/http/answer';
import { problem, reply, route } from '#shared/http';
import { idempotencyKey, idFrom } from '#shared/idempotency';
import type { OrderId } from '#shared/kernel';
import type { Runtime } from '#shared/runtime';

export const placeOrderRoute = (rt: Runtime<'db'>) => {
  const place = placeOrder(orderTable(rt), catalogPrices(rt), when(rt));
  const spec = { method: 'POST', path: '/v1/orders', scope: 'tenant', body: PlaceOrder } as const;
  return route(spec, async ({ tenantId, body, header }) => {
    const key = idempotencyKey({ header });
    if (!key) return problem('idempotency_key_required');
    const placed = await place({ ...body, tenantId, id: idFrom(tenantId, key) as OrderId });
    if (!placed.ok) return problem(placed.error);
    const order = answer(placed.value);
    // relative to the request's URL, for behind API Gateway the path has a prefix that differs from host to host
    return reply(202, order, { location: `orders/${order.id}` });
  });
};
