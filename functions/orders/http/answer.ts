import type { Order } from '#orders/domain/order';

/** An order as its tenant sees it. Fields may be added. */
export const answer = ({ id, status, reason, lines, customer, total, history }: Order) => ({
  id,
  status,
  ...(reason && { reason }),
  lines,
  customer,
  total,
  history,
});
