import type { OrderResponse } from '#orders/contract';
import type { Order } from '#orders/domain/order';

/** An order as its tenant sees it. */
export const orderResponse = (order: Order): OrderResponse => {
  const { id, status, reason, cause, lines, customer, total, paid, deadline, history } = order;
  return {
    id,
    status,
    ...(reason && { reason }),
    ...(cause && { cause }),
    lines,
    customer,
    total,
    ...(status === 'awaiting_payment' && { instructions: { reference: id, ...total, deadline } }),
    ...(paid && { paid: { reference: paid.reference, at: paid.at } }),
    history,
  };
};
