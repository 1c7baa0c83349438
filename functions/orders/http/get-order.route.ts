import { orderTable } from '#orders/data/order-table';
import { answer } from '#orders/http/answer';
import { problem, reply, route } from '#shared/http';
import type { OrderId } from '#shared/kernel';
import type { Runtime } from '#shared/runtime';

export const getOrderRoute = (rt: Runtime<'db'>) => {
  const orders = orderTable(rt);
  return route({ method: 'GET', path: '/v1/orders/{id}', scope: 'tenant' }, async ({ tenantId, params }) => {
    const order = await orders.find(tenantId, params['id'] as OrderId);
    return order ? reply(200, answer(order)) : problem('order_not_found');
  });
};
