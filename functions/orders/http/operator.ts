import { orderClock } from '#orders/adapters/order-clock';
import type { operatorRoutes } from '#orders/contract';
import { orderResponse } from '#orders/http/order-response';
import { orderTable } from '#orders/table/order-table';
import { orderActions } from '#orders/use-cases/update-order';
import type { RouteHandler } from '#platform/http/route';
import type { Runtime } from '#platform/runtime/runtime';

export const resumeOrder = (rt: Runtime<'db'>): RouteHandler<(typeof operatorRoutes)['resumeOrder']> => {
  const { resume } = orderActions(orderTable(rt), orderClock(rt));
  return async ({ params, body }) => {
    const resumed = await resume(body.tenantId, params.id);
    return resumed.ok ? { status: 202, body: orderResponse(resumed.value) } : { problem: resumed.error };
  };
};
