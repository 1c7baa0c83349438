import type { OrderForCustomer, OrderInCharge } from '#orders/contract';
import { orderTable } from '#orders/data/order-table';
import type { Runtime } from '#shared/runtime';

/** The order, read strongly, while it has that status and run. Every task of a saga looks before it acts: the fence. */
export const orderInCharge = (rt: Runtime<'db'>): OrderInCharge => {
  const orders = orderTable(rt);
  return async ({ tenantId, orderId, run }, status) => {
    const order = await orders.find(tenantId, orderId);
    return order?.status === status && order.run === run ? order : undefined;
  };
};

export const orderForCustomer = (rt: Runtime<'db'>): OrderForCustomer => {
  const orders = orderTable(rt);
  return async (tenantId, orderId) => {
    const order = await orders.find(tenantId, orderId);
    if (!order) return undefined;
    const { customer, total, status, reason, deadline } = order;
    return { email: customer.email, total, status, reason, deadline };
  };
};
