import { type Moment, type Order, restart, startCancelling, transitionTo } from '#orders/domain/order';
import { err, ok, type Result } from '#platform/kernel';

/**
 * The order after the sweeper's examination; unchanged where it is not due. Past its deadline it ends; without progress its saga is
 * restarted.
 */
export function sweepOrder(order: Order, moment: Moment): Order {
  const { status, due, deadline } = order;
  if (due === undefined || deadline === undefined || due > moment.at) return order;
  if (deadline > moment.at) return restart(order, moment);
  if (status === 'cancelling')
    return transitionTo({ ...order, cause: 'not unwound in time' }, 'needs_attention', moment);
  return startCancelling(order, status === 'placed' ? 'expired' : 'payment_expired', moment);
}

/** A person has removed the cause that kept the order from being fulfilled or unwound. Repeating it is success. */
export function resumeUnwinding(order: Order, moment: Moment): Result<Order, 'not_parked'> {
  const { cause: _, reason, ...rest } = order;
  if (order.status === 'needs_attention')
    return ok(
      reason ? startCancelling(rest, reason, moment) : { ...transitionTo(rest, 'placed', moment), run: order.run + 1 },
    );
  const isResumed = order.status === 'cancelling' || order.status === 'cancelled';
  return isResumed || wasParked(order) ? ok(order) : err('not_parked');
}

const wasParked = ({ history }: Order) => history.some(({ status }) => status === 'needs_attention');
