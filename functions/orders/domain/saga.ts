import { type Limits, moved, type Order, type Reason, unwind } from '#orders/domain/order';
import { err, type Instant, ok, type Result } from '#shared/kernel';

type Moved = Result<Order, 'superseded'>;

/** The saga of `run` has stock and money. Repeating it is success. */
export function confirm(order: Order, run: number, at: Instant, limits: Limits): Moved {
  return step(order, run, 'placed', 'confirmed', at, limits);
}

/** The provider cannot be asked now, and was not: the customer is to pay another way. Repeating it is success. */
export function awaitPayment(order: Order, run: number, at: Instant, limits: Limits): Moved {
  return step(order, run, 'placed', 'awaiting_payment', at, limits);
}

/** The unwinding saga of `run` has settled the money and released the stock. Repeating it is success. */
export function close(order: Order, run: number, at: Instant, limits: Limits): Moved {
  return step(order, run, 'cancelling', 'cancelled', at, limits);
}

/** The unwinding saga of `run` was refused for good: a person must look. Repeating it is success. */
export function park(order: Order, run: number, cause: string, at: Instant, limits: Limits): Moved {
  return step(
    order.status === 'cancelling' ? { ...order, cause } : order,
    run,
    'cancelling',
    'needs_attention',
    at,
    limits,
  );
}

/** The saga of `run` met a refusal. Repeating it is success while its unwinding is the last thing that happened. */
export function refuse(order: Order, run: number, reason: Reason, at: Instant, limits: Limits): Moved {
  if (order.run === run && order.status === 'placed') return ok(unwind(order, reason, at, limits));
  const repeated = order.run === run + 1 && order.reason === reason;
  return repeated ? ok(order) : err('superseded');
}

const step = (
  order: Order,
  run: number,
  from: Order['status'],
  to: Order['status'],
  at: Instant,
  limits: Limits,
): Moved => {
  if (order.run !== run) return err('superseded');
  if (order.status === to) return ok(order);
  return order.status === from ? ok(moved(order, to, at, limits)) : err('superseded');
};
