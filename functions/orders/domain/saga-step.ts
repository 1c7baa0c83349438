import { type Moment, type Order, type Reason, startCancelling, transitionTo } from '#orders/domain/order';
import { err, ok, type Result } from '#platform/kernel';

/** What a saga's step does to its order. Each is conditional on the step's run, and repeating it is success. */
type StepResult = Result<Order, 'superseded'>;

/** The saga of `run` has held the stock and captured the money. */
export function markConfirmed(order: Order, run: number, moment: Moment): StepResult {
  return step(order, { run, from: 'placed', to: 'confirmed' }, moment);
}

/** The provider is unavailable and was not called: the customer must pay another way. */
export function markAwaitingPayment(order: Order, run: number, moment: Moment): StepResult {
  return step(order, { run, from: 'placed', to: 'awaiting_payment' }, moment);
}

/** The saga of `run` has settled the money and released the stock. */
export function markCancelled(order: Order, run: number, moment: Moment): StepResult {
  return step(order, { run, from: 'cancelling', to: 'cancelled' }, moment);
}

/** The saga of `run` met a permanent refusal, of a charge or while unwinding: a person must handle it. */
export function markNeedsAttention(
  order: Order,
  { run, cause }: { readonly run: number; readonly cause: string },
  moment: Moment,
): StepResult {
  const from = order.status === 'placed' ? 'placed' : 'cancelling';
  const withCause = order.status === from ? { ...order, cause } : order;
  return step(withCause, { run, from, to: 'needs_attention' }, moment);
}

/** The saga of `run` met a refusal. Repeating it is success as long as nothing has happened since. */
export function cancelAfterRefusal(
  order: Order,
  { run, reason }: { readonly run: number; readonly reason: Reason },
  moment: Moment,
): StepResult {
  if (order.run === run && order.status === 'placed') return ok(startCancelling(order, reason, moment));
  const isRepeat = order.run === run + 1 && order.reason === reason;
  return isRepeat ? ok(order) : err('superseded');
}

type Step = { readonly run: number; readonly from: Order['status']; readonly to: Order['status'] };

const step = (order: Order, { run, from, to }: Step, moment: Moment): StepResult => {
  if (order.run !== run) return err('superseded');
  if (order.status === to) return ok(order);
  return order.status === from ? ok(transitionTo(order, to, moment)) : err('superseded');
};
