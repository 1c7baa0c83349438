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
import type { Event, EventDefinition } from '#shared/events';
import type { EventType } from '#shared/manifest';
import type { World } from '#shared/runtime';
import { mint } from '#shared/write';

/** What a new order says. */
export const placedEvent = (rt: World, order: Order): Event => of(rt, order, OrderPlaced, { run: order.run });

/** What an order says on having moved, or on having been started anew. */
export const movedEvent = (rt: World, from: Order, to: Order): Event => {
  const { run, total, reason, deadline, cause } = to;
  if (to.status === from.status) {
    return of(rt, to, OrderRestarted, { run, saga: to.status === 'placed' ? 'fulfil-order' : 'unwind-order' });
  }
  if (to.status === 'confirmed')
    return of(rt, to, OrderConfirmed, { run, total, paidBy: to.paid ? 'offline' : 'provider' });
  if (to.status === 'awaiting_payment' && deadline) return of(rt, to, OrderAwaitingPayment, { run, total, deadline });
  if (to.status === 'cancelling' && reason) return of(rt, to, OrderCancelling, { run, reason });
  if (to.status === 'cancelled' && reason) return of(rt, to, OrderCancelled, { run, reason });
  if (to.status === 'needs_attention' && cause) return of(rt, to, OrderNeedsAttention, { run, cause });
  throw new Error(`order ${to.id} cannot have moved to ${to.status}`);
};

const of = <D>(rt: World, order: Order, { type }: EventDefinition<EventType, D>, data: D): Event =>
  mint(rt, type, {
    ...{ tenantId: order.tenantId, aggregateId: order.id, version: order.version },
    ...{ correlationId: order.correlationId, data },
  });
