import type { Order } from '#orders/domain/order';

/** An order as its tenant sees it. Fields may be added. */
export const answer = ({ id, status, reason, cause, lines, customer, total, paid, deadline, history }: Order) => ({
  id,
  status,
  ...(reason && { reason }),
  ...(cause && { cause }),
  lines,
  customer,
  total,
  // how to pay while the provider cannot be asked: the whole total, naming the reference, before the deadline
  ...(status === 'awaiting_payment' && { instructions: { reference: id, ...total, deadline } }),
  ...(paid && { paid: { reference: paid.reference, at: paid.at } }),
  history,
});
