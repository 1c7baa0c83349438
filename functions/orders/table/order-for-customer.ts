import type { FindOrderForCustomer } from '#orders/contract';
import { orderTable } from '#orders/table/order-table';
import { shownDeadlines } from '#orders/table/shown-deadline';
import type { Runtime } from '#platform/runtime/runtime';

/** An order as its customer's mail shows it, with the deadline that holds. */
export const orderForCustomer = (rt: Runtime<'db'>): FindOrderForCustomer => {
  const orders = orderTable(rt);
  const findDeadlines = shownDeadlines(rt);
  return async (tenantId, orderId) => {
    const order = await orders.find(tenantId, orderId);
    if (!order) return undefined;
    const { customer, total, status, reason } = order;
    const deadlineOf = await findDeadlines([order], rt.now().toISOString());
    return { email: customer.email, total, status, reason, deadline: deadlineOf(order) };
  };
};
