import { type Limits, moved, type Order, restarted, unwind } from '#orders/domain/order';
import { err, type Instant, ok, type Result } from '#shared/kernel';

/** What the sweeper makes of an order: itself where nothing is due. What is past its deadline ends; what stands still starts anew. */
export function sweep(order: Order, at: Instant, limits: Limits): Order {
  const { status, due, deadline } = order;
  if (due === undefined || deadline === undefined || due > at) return order;
  if (deadline > at) return restarted(order, at, limits);
  if (status === 'cancelling') return moved({ ...order, cause: 'not unwound in time' }, 'needs_attention', at, limits);
  return unwind(order, status === 'placed' ? 'expired' : 'payment_expired', at, limits);
}

/** A person has seen to what kept the order from being unwound. Repeating it is success. */
export function resume(order: Order, at: Instant, limits: Limits): Result<Order, 'not_parked'> {
  if (order.status === 'cancelling' || order.status === 'cancelled') return ok(order);
  const { cause: _, reason, ...rest } = order;
  if (order.status !== 'needs_attention' || !reason) return err('not_parked');
  return ok(unwind(rest, reason, at, limits));
}
