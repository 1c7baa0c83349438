import {
  OrderAwaitingPayment,
  OrderCancelled,
  OrderCancelling,
  OrderConfirmed,
  OrderNeedsAttention,
  OrderPlaced,
  OrderRestarted,
  OrderWaiting,
} from '#orders/contract';
import type { Order } from '#orders/domain/order';
import type { EventType } from '#platform/manifest';
import type { Event, EventDefinition } from '#platform/messaging/events';
import type { BaseRuntime } from '#platform/runtime/runtime';
import { mintEvent } from '#platform/table/outbox';

/** The event of a new order. */
export const placedEvent = (rt: BaseRuntime, order: Order): Event =>
  eventOf(rt, order, { definition: OrderPlaced, data: { run: order.run } });

/** The event of a transition, or of a restart. */
export const transitionEvent = (rt: BaseRuntime, from: Order, to: Order): Event => {
  const event = eventOfTransition(from, to);
  if (!event) throw new Error(`order ${to.id} has no transition from ${from.status} to ${to.status}`);
  return eventOf(rt, to, event);
};

const LEAD_TO_PLACED: readonly Order['status'][] = ['placed', 'awaiting_payment', 'needs_attention'];

const eventOfTransition = (from: Order, to: Order): OrderEvent<unknown> | undefined => {
  const { run, total, reason, deadline, waitsUntil, cause } = to;
  if (to.status === 'placed' && LEAD_TO_PLACED.includes(from.status))
    return { definition: OrderRestarted, data: { run, saga: 'fulfil-order' } };
  if (to.status === 'cancelling' && from.status === 'cancelling')
    return { definition: OrderRestarted, data: { run, saga: 'unwind-order' } };
  if (to.status === 'confirmed')
    return { definition: OrderConfirmed, data: { run, total, paidBy: to.paid ? 'offline' : 'provider' } };
  if (to.status === 'awaiting_payment' && waitsUntil)
    return { definition: OrderWaiting, data: { run, until: waitsUntil === 'never' ? null : waitsUntil } };
  if (to.status === 'awaiting_payment' && deadline)
    return { definition: OrderAwaitingPayment, data: { run, total, deadline } };
  if (to.status === 'cancelling' && reason) return { definition: OrderCancelling, data: { run, reason } };
  if (to.status === 'cancelled' && reason) return { definition: OrderCancelled, data: { run, reason } };
  if (to.status === 'needs_attention' && cause) return { definition: OrderNeedsAttention, data: { run, cause } };
  return undefined;
};

type OrderEvent<D> = { readonly definition: EventDefinition<EventType, D>; readonly data: D };

const eventOf = <D>(rt: BaseRuntime, order: Order, { definition, data }: OrderEvent<D>): Event =>
  mintEvent(rt, definition.type, {
    tenantId: order.tenantId,
    aggregateId: order.id,
    version: order.version,
    correlationId: order.correlationId,
    data,
  });
