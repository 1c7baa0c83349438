import {
  OrderAwaitingPayment,
  OrderCancelled,
  OrderCancelling,
  OrderConfirmed,
  OrderNeedsAttention,
  OrderPlaced,
  OrderRestarted,
} from '#orders/contract';
import type { Order } from '#orders/domain/order';
import type { EventType } from '#platform/manifest';
import type { Event, EventDefinition } from '#platform/messaging/events';
import type { BaseRuntime } from '#platform/runtime/runtime';
import { mintEvent } from '#platform/table/outbox';

/** The event of a new order. */
export const placedEvent = (rt: BaseRuntime, order: Order): Event =>
  eventOf(rt, order, OrderPlaced, { run: order.run });

/** The event of a transition, or of a restart. */
export const transitionEvent = (rt: BaseRuntime, from: Order, to: Order): Event => {
  const { run, total, reason, deadline, cause } = to;
  if (to.status === from.status) {
    return eventOf(rt, to, OrderRestarted, { run, saga: to.status === 'placed' ? 'fulfil-order' : 'unwind-order' });
  }
  if (to.status === 'confirmed')
    return eventOf(rt, to, OrderConfirmed, { run, total, paidBy: to.paid ? 'offline' : 'provider' });
  if (to.status === 'awaiting_payment' && deadline)
    return eventOf(rt, to, OrderAwaitingPayment, { run, total, deadline });
  if (to.status === 'cancelling' && reason) return eventOf(rt, to, OrderCancelling, { run, reason });
  if (to.status === 'cancelled' && reason) return eventOf(rt, to, OrderCancelled, { run, reason });
  if (to.status === 'needs_attention' && cause) return eventOf(rt, to, OrderNeedsAttention, { run, cause });
  throw new Error(`order ${to.id} has no transition from ${from.status} to ${to.status}`);
};

const eventOf = <D>(rt: BaseRuntime, order: Order, { type }: EventDefinition<EventType, D>, data: D): Event =>
  mintEvent(rt, type, {
    tenantId: order.tenantId,
    aggregateId: order.id,
    version: order.version,
    correlationId: order.correlationId,
    data,
  });
