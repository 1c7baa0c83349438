import { awaitPayment } from '#orders/domain/channel';
import { isStanding, type Moment, type Order, type Reason, startCancelling, transitionTo } from '#orders/domain/order';
import type { Policy } from '#orders/domain/policy';
import { err, ok, type Result } from '#platform/kernel';

/** What a saga's step does to its order. Each is conditional on the step's run, and repeating it is success. */
type StepResult = Result<Order, 'superseded'>;

/** The saga of `run` has held the stock and captured the money. */
export function markConfirmed(order: Order, run: number, moment: Moment): StepResult {
  return step(order, { run, to: 'confirmed' }, (placed) => {
    return placed.status === 'placed' ? transitionTo(placed, 'confirmed', moment) : undefined;
  });
}

/** The provider is unavailable and was not called: the order waits for it, or its customer pays another way. */
export function markAwaitingPayment(
  order: Order,
  { run, policy }: { readonly run: number; readonly policy: Policy },
  moment: Moment,
): StepResult {
  return step(order, { run, to: 'awaiting_payment' }, (placed) => {
    return placed.status === 'placed' ? awaitPayment(placed, policy, moment) : undefined;
  });
}

/** The saga of `run` has settled the money and released the stock. */
export function markCancelled(order: Order, run: number, moment: Moment): StepResult {
  return step(order, { run, to: 'cancelled' }, (cancelling) => {
    return cancelling.status === 'cancelling' ? transitionTo(cancelling, 'cancelled', moment) : undefined;
  });
}

/** The saga of `run` met what no retry resolves: a person must handle it. */
export function markNeedsAttention(
  order: Order,
  { run, cause }: { readonly run: number; readonly cause: string },
  moment: Moment,
): StepResult {
  return step(order, { run, to: 'needs_attention' }, (standing) => {
    return isStanding(standing) ? transitionTo({ ...standing, cause }, 'needs_attention', moment) : undefined;
  });
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

type Step = { readonly run: number; readonly to: Order['status'] };

/** `change` returns undefined for an order that is not in the status from which the step starts. */
const step = (order: Order, { run, to }: Step, change: (order: Order) => Order | undefined): StepResult => {
  if (order.run !== run) return err('superseded');
  if (order.status === to) return ok(order);
  const changed = change(order);
  return changed ? ok(changed) : err('superseded');
};
