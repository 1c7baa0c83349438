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
  eventOf(rt, order, { definition: OrderPlaced, data: { run: order.run } });

/** The event of a transition, or of a restart. */
export const transitionEvent = (rt: BaseRuntime, from: Order, to: Order): Event => {
  const { run, total, reason, deadline, cause } = to;
  if (to.status === from.status || (to.status === 'placed' && from.status === 'needs_attention')) {
    return eventOf(rt, to, {
      definition: OrderRestarted,
      data: { run, saga: to.status === 'placed' ? 'fulfil-order' : 'unwind-order' },
    });
  }
  if (to.status === 'confirmed')
    return eventOf(rt, to, {
      definition: OrderConfirmed,
      data: { run, total, paidBy: to.paid ? 'offline' : 'provider' },
    });
  if (to.status === 'awaiting_payment' && deadline)
    return eventOf(rt, to, { definition: OrderAwaitingPayment, data: { run, total, deadline } });
  if (to.status === 'cancelling' && reason)
    return eventOf(rt, to, { definition: OrderCancelling, data: { run, reason } });
  if (to.status === 'cancelled' && reason)
    return eventOf(rt, to, { definition: OrderCancelled, data: { run, reason } });
  if (to.status === 'needs_attention' && cause)
    return eventOf(rt, to, { definition: OrderNeedsAttention, data: { run, cause } });
  throw new Error(`order ${to.id} has no transition from ${from.status} to ${to.status}`);
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
