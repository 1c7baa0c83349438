import { isOffline } from '#orders/domain/channel';
import type { Order } from '#orders/domain/order';
import type { OrderResponse } from '#orders/routes';

/** An order as its tenant sees it. `deadline`: the one that holds, where the pauses are known; otherwise without pauses. */
export const orderResponse = (order: Order, deadline = order.deadline): OrderResponse => {
  const { id, status, reason, cause, lines, customer, total, paid, waitsUntil, history } = order;
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
