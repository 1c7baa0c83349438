import { makeOffline } from '#orders/domain/channel';
import {
  isInProgress,
  type Moment,
  type Order,
  restart,
  returnToPlaced,
  startCancelling,
  statusSince,
  transitionTo,
} from '#orders/domain/order';
import type { Pause } from '#orders/domain/pause';
import { paymentDeadline } from '#orders/domain/payment-time';
import { addMs, type Instant } from '#platform/kernel';

/** What the sweeper does with an order, and the order that results, if it changes one. */
export type Examination =
  | { readonly finding: 'expired' | 'parked' | 'offline' | 'released'; readonly order: Order }
  | { readonly finding: 'stalled' | 'nothing' };

export type SweepFacts = {
  /** Undefined where they could not be read: then no deadline has passed. */
  readonly pauses: readonly Pause[] | undefined;
  /** Whether the provider of the order's tenant may be called. */
  readonly providerIsAvailable: boolean;
};

/**
 * Examines an order. Past its deadline, which pauses extend, it is cancelled. One that waits for the provider is charged if the
 * provider is available, or else becomes offline when its wait is over. 24 hours in `placed` or `cancelling` park it (ADR 82).
 * `stalled`: its saga makes no progress and may be restarted.
 */
export function examine(order: Order, moment: Moment, { pauses, providerIsAvailable }: SweepFacts): Examination {
  const { due, waitsUntil } = order;
  const { at, limits } = moment;
  if (due === undefined || due > at) return { finding: 'nothing' };
  if (isInProgress(order)) {
    if (addMs(statusSince(order), limits.parkAfterMs) > at) return { finding: 'stalled' };
    const cause = order.status === 'placed' ? 'not fulfilled in time' : 'not unwound in time';
    return { finding: 'parked', order: transitionTo({ ...order, cause }, 'needs_attention', moment) };
  }
  if (waitsUntil !== undefined) {
    if (providerIsAvailable) return { finding: 'released', order: returnToPlaced(order, moment) };
    return waitsUntil <= at ? { finding: 'offline', order: makeOffline(order, moment) } : { finding: 'nothing' };
  }
  const deadline = pauses && paymentDeadline(order, { at, pauses });
  if (deadline === undefined || deadline > at) return { finding: 'nothing' };
  return { finding: 'expired', order: startCancelling(order, 'payment_expired', moment) };
}

/** A canary: a new run that the next sweep may repeat, and that does not lengthen the order's back-off. It shows whether orders make progress again. */
export const restartAsCanary = (order: Order, moment: Moment): Order => ({
  ...restart(order, moment),
  restarts: order.restarts,
  due: addMs(moment.at, moment.limits.canaryMs),
});

/**
 * Whether the canary's saga has changed its status. What its customer did says nothing about the sagas, and an order that was parked
 * did not make progress.
 */
export const hasProgressed = (canary: Order, { status, reason }: Order): boolean =>
  status !== canary.status &&
  status !== 'needs_attention' &&
  !(status === 'cancelling' && reason === 'cancelled_by_customer');

/** After this time the stream records of an order's last write may have been given up, so that its events never arrive. */
const GIVEN_UP_AFTER_MS = 23 * 60 * 60_000;

/** Whether the order has made no progress for so long that its events may be lost: then no restart by itself explains it. */
export const mayHaveLostEvents = (order: Order, at: Instant): boolean =>
  addMs(statusSince(order), GIVEN_UP_AFTER_MS) <= at;
