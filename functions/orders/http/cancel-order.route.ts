import { cancelOrder } from '#orders/app/cancel-order';
import { orderTable } from '#orders/data/order-table';
import { when } from '#orders/data/when';
import { answer } from '#orders/http/answer';
import { problem, reply, route } from '#shared/http';
import type { OrderId } from '#shared/kernel';
import type { Runtime } from '#shared/runtime';

export const cancelOrderRoute = (rt: Runtime<'db'>) => {
  const cancel = cancelOrder(orderTable(rt), when(rt));
  const spec = { method: 'POST', path: '/v1/orders/{id}/cancel', scope: 'tenant' } as const;
  return route(spec, async ({ tenantId, params }) => {
    const cancelled = await cancel(tenantId, params['id'] as OrderId);
    return cancelled.ok ? reply(202, answer(cancelled.value)) : problem(cancelled.error);
  });
};
