import { type Moment, type Order, transitionTo } from '#orders/domain/order';
import type { Policy } from '#orders/domain/policy';
import { addMs, type Instant } from '#platform/kernel';

export const MINUTE_MS = 60_000;

/** Whether the order waits for the provider and is charged by us, instead of being paid offline (ADR 83). */
export const isWaiting = ({ waitsUntil }: Pick<Order, 'waitsUntil'>): boolean => waitsUntil !== undefined;

/** Whether its customer was told to pay another way. */
export const isOffline = (order: Pick<Order, 'status' | 'waitsUntil'>): boolean =>
  order.status === 'awaiting_payment' && !isWaiting(order);

/**
 * The order awaits its payment: waiting for the provider or, once the policy's time since it first awaited its payment has passed,
 * offline.
 */
export const startAwaitingPayment = (order: Order, { offlineAfterMinutes }: Policy, moment: Moment): Order => {
  const awaiting = transitionTo(order, 'awaiting_payment', moment);
  const [firstAwaitedAt = moment.at] = awaitedTimes(order);
  const waitsUntil = offlineAfterMinutes === null ? 'never' : addMs(firstAwaitedAt, offlineAfterMinutes * MINUTE_MS);
  return waitsUntil <= moment.at ? offline(awaiting, moment) : withNextLook({ ...awaiting, waitsUntil }, moment);
};

/** The order has waited long enough: from now on it is paid offline, and never charged by us. */
export const makeOffline = (order: Order, moment: Moment): Order =>
  offline(transitionTo(order, 'awaiting_payment', moment), moment);

const offline = (order: Order, { at, limits }: Moment): Order => {
  const deadline = addMs(at, limits.paymentDeadlineMs);
  return { ...order, deadline, due: deadline };
};

const awaitedTimes = ({ history }: Order): readonly Instant[] =>
  history.flatMap(({ at, status }) => (status === 'awaiting_payment' ? [at] : []));

/**
 * A waiting order is due at once, so that the next sweep charges it if the provider is available. One that has waited before is due
 * later each time: a provider that comes and goes does not make its history grow by the minute.
 */
const withNextLook = (order: Order & { readonly waitsUntil: string }, { at, limits }: Moment): Order => {
  const waitedBefore = awaitedTimes(order).length - 1;
  const lookMs = waitedBefore === 0 ? 0 : Math.min(MINUTE_MS * 2 ** (waitedBefore - 1), limits.maxStandstillMs);
  const look = addMs(at, lookMs);
  return { ...order, due: look < order.waitsUntil ? look : order.waitsUntil };
};
