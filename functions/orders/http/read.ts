import type { readRoutes } from '#orders/contract';
import { orderResponse } from '#orders/http/order-response';
import { orderList } from '#orders/table/keys';
import { orderTable, toOrder } from '#orders/table/order-table';
import { findPayment } from '#payments/public';
import type { RouteHandler } from '#platform/http/route';
import type { Runtime } from '#platform/runtime/runtime';
import { listPage } from '#platform/table/list';

type Routes = typeof readRoutes;

export const listOrders =
  (rt: Runtime<'db'>): RouteHandler<Routes['listOrders']> =>
  async ({ tenantId, query }) => {
    const { items, next } = await listPage(rt, { ...query, listPk: orderList(tenantId), descending: true });
    return { status: 200, body: { items: items.map((item) => orderResponse(toOrder(item))), next } };
  };

export const getOrder = (rt: Runtime<'db'>): RouteHandler<Routes['getOrder']> => {
  const orders = orderTable(rt);
  const findPaymentOf = findPayment(rt);
  return async ({ tenantId, params }) => {
    const order = await orders.find(tenantId, params.id);
    if (!order) return { problem: 'order_not_found' };
    const payment = await findPaymentOf(tenantId, params.id);
    return { status: 200, body: { ...orderResponse(order), ...(payment?.reports && { reports: payment.reports }) } };
  };
};
