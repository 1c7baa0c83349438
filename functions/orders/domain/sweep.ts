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
  const isResumed = order.status === 'placed' && order.history.at(-2)?.status === 'needs_attention';
  if (isResumed || order.status === 'cancelling' || order.status === 'cancelled') return ok(order);
  const { cause: _, reason, ...rest } = order;
  if (order.status !== 'needs_attention') return err('not_parked');
  if (reason) return ok(startCancelling(rest, reason, moment));
  return ok({ ...transitionTo(rest, 'placed', moment), run: order.run + 1 });
}
