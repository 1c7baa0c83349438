import { orderResponse } from '#orders/http/order-response';
import type { readRoutes } from '#orders/routes';
import { orderShards } from '#orders/table/keys';
import { orderTable, toOrder } from '#orders/table/order-table';
import { shownDeadlines } from '#orders/table/shown-deadline';
import { findPayment } from '#payments/public';
import type { RouteHandler } from '#platform/http/route';
import type { Runtime } from '#platform/runtime/runtime';
import { listShardsOf } from '#platform/runtime/times';
import { listPage } from '#platform/table/list';

type Routes = typeof readRoutes;

export const listOrders =
  (rt: Runtime<'db'>): RouteHandler<Routes['listOrders']> =>
  async ({ tenantId, query }) => {
    const shards = orderShards(tenantId, listShardsOf(rt.times, tenantId));
    const { items, next } = await listPage(rt, { ...query, shards, descending: true });
    const orders = items.map(toOrder);
    const deadlineOf = await shownDeadlines(rt)(orders, rt.now().toISOString());
    return { status: 200, body: { items: orders.map((order) => orderResponse(order, deadlineOf(order))), next } };
  };

export const getOrder = (rt: Runtime<'db'>): RouteHandler<Routes['getOrder']> => {
  const orders = orderTable(rt);
  const findPaymentOf = findPayment(rt);
  const findDeadlines = shownDeadlines(rt);
  return async ({ tenantId, params }) => {
    const order = await orders.find(tenantId, params.id);
    if (!order) return { problem: 'order_not_found' };
    const [payment, deadlineOf] = await Promise.all([
      findPaymentOf(tenantId, params.id),
      findDeadlines([order], rt.now().toISOString()),
    ]);
    const response = orderResponse(order, deadlineOf(order));
    return { status: 200, body: { ...response, ...(payment?.reports && { reports: payment.reports }) } };
  };
};
