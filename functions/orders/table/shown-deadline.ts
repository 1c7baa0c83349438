import { isOffline } from '#orders/domain/channel';
import type { Order } from '#orders/domain/order';
import { paymentDeadline } from '#orders/domain/payment-time';
import { shownPauseReader } from '#orders/table/deadline-pauses';
import type { Instant } from '#platform/kernel';
import type { TableRuntime } from '#platform/table/get-item';

/** What of an order decides its deadline. */
export type ShownOrder = Pick<Order, 'status' | 'waitsUntil' | 'deadline' | 'history'>;

/**
 * The deadlines that hold for the orders that are shown, extended by the pauses so far; undefined for an order that is not offline. Only
 * if one of the orders is offline, it reads the pauses: once, and eventually consistently, because nothing is decided by what is shown.
 */
export const shownDeadlines = (rt: TableRuntime) => {
  const findPauses = shownPauseReader(rt);
  return async (orders: readonly ShownOrder[], at: Instant): Promise<(order: ShownOrder) => Instant | undefined> => {
    const pauses = orders.some(isOffline) ? await findPauses() : [];
    return (order) => paymentDeadline(order, { at, pauses });
  };
};
