import type { FindOrderForPayment, FindOrderForRun } from '#orders/contract';
import { orderForPayment } from '#orders/table/order-for-payment';
import { orderTable } from '#orders/table/order-table';
import type { Runtime } from '#platform/runtime/runtime';

/** The fence: reads the order strongly, and finds it only while it has this status and run (ADR 2). */
export const findOrderForRun = (rt: Runtime<'db'>): FindOrderForRun => {
  const orders = orderTable(rt);
  return async ({ tenantId, orderId, run }, status) => {
    const order = await orders.find(tenantId, orderId);
    return order?.status === status && order.run === run ? order : undefined;
  };
};

export { findOrderForCustomer } from '#orders/table/order-for-customer';

export const findOrderForPayment: (rt: Runtime<'db'>) => FindOrderForPayment = orderForPayment;
