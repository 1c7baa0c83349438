import { isOffline } from '#orders/domain/channel';
import { type Order, statusSince } from '#orders/domain/order';
import { extendedDeadline, isPaused, type Pause } from '#orders/domain/pause';
import { addMs, type Instant } from '#platform/kernel';

// The time of an order that waits for its customer does not go on within a pause. Whatever judges or shows its age or its deadline
// does so here.

/** The moment of a decision, and the pauses of all deadlines. */
export type PausedTime = { readonly at: Instant; readonly pauses: readonly Pause[] };
type UnpaidOrder = Pick<Order, 'status' | 'waitsUntil' | 'deadline' | 'history'>;

/**
 * When the customer of an order that is offline must have paid: its deadline, extended by the pauses so far. While a pause lasts, it moves
 * on with the time. Undefined for any other order.
 */
export const paymentDeadline = (order: UnpaidOrder, { at, pauses }: PausedTime): Instant | undefined => {
  const { deadline } = order;
  if (!isOffline(order) || deadline === undefined) return undefined;
  return extendedDeadline({ deadline, since: statusSince(order) }, pauses, at);
};

/** Whether only a pause may still keep the order's deadline from having passed: then the pauses must be read. */
export const isPastNominalDeadline = ({ status, deadline }: UnpaidOrder, at: Instant): boolean =>
  status === 'awaiting_payment' && deadline !== undefined && deadline <= at;

/** Whether a payment of the order would still be in time. */
export const canBePaid = (order: UnpaidOrder, time: PausedTime): boolean => {
  const deadline = paymentDeadline(order, time);
  return deadline !== undefined && deadline > time.at;
};

/** Whether the order has been offline for so long. No order has as long as a pause lasts, because its customer cannot act on it. */
export const hasBeenUnpaidFor = (order: UnpaidOrder, ms: number, { at, pauses }: PausedTime): boolean => {
  if (!isOffline(order) || isPaused(pauses, at)) return false;
  const since = statusSince(order);
  return extendedDeadline({ deadline: addMs(since, ms), since }, pauses, at) <= at;
};
