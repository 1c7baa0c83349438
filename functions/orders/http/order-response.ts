import type { OrderResponse } from '#orders/contract';
import { isOffline } from '#orders/domain/channel';
import type { Order } from '#orders/domain/order';

/** An order as its tenant sees it. */
export const orderResponse = (order: Order): OrderResponse => {
  const { id, status, reason, cause, lines, customer, total, paid, deadline, waitsUntil, history } = order;
  return {
    id,
    status,
    ...(reason && { reason }),
    ...(cause && { cause }),
    lines,
    customer,
    total,
    ...(waitsUntil && { waiting: { until: waitsUntil === 'never' ? null : waitsUntil } }),
    ...(isOffline(order) && { instructions: { reference: id, ...total, deadline } }),
    ...(paid && { paid: { reference: paid.reference, at: paid.at } }),
    history,
  };
};
