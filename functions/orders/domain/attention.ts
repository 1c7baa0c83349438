import { type Moment, type Order, returnToPlaced, startCancelling } from '#orders/domain/order';
import { err, ok, type Result } from '#platform/kernel';

/** The status from which an order that needs attention was parked. Its history tells. */
export const parkedFrom = ({ history }: Pick<Order, 'history'>): 'placed' | 'cancelling' =>
  history.findLast(({ status }) => status !== 'needs_attention')?.status === 'cancelling' ? 'cancelling' : 'placed';

/** A person has removed the cause: the order returns to where it was parked from, with a new run. Repeating it is success. */
export function resumeParked(order: Order, moment: Moment): Result<Order, 'not_parked'> {
  if (order.status !== 'needs_attention') return wasResumed(order) ? ok(order) : err('not_parked');
  const { cause: _, ...rest } = order;
  if (parkedFrom(order) === 'placed') return ok(returnToPlaced(rest, moment));
  return ok(startCancelling(rest, order.reason ?? 'cancelled_by_customer', moment));
}

/** An order that is being unwound, or that was ever parked, is where resuming it leads. */
const wasResumed = ({ status, history }: Order): boolean =>
  status === 'cancelling' || status === 'cancelled' || history.some((entry) => entry.status === 'needs_attention');
