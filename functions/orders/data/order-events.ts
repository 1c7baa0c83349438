import { OrderCancelled, OrderCancelling, OrderConfirmed, OrderPlaced } from '#orders/contract';
import type { Order } from '#orders/domain/order';
import type { Event, EventDefinition } from '#shared/events';
import type { EventType } from '#shared/manifest';
import type { World } from '#shared/runtime';
import { mint } from '#shared/write';

/** What a new order says. */
export const placedEvent = (rt: World, order: Order): Event => of(rt, order, OrderPlaced, { run: order.run });

/** What an order says on having moved to its status. */
export const movedEvent = (rt: World, order: Order): Event => {
  const { run, total, reason } = order;
  if (order.status === 'confirmed') return of(rt, order, OrderConfirmed, { run, total });
  if (order.status === 'cancelling' && reason) return of(rt, order, OrderCancelling, { run, reason });
  if (order.status === 'cancelled' && reason) return of(rt, order, OrderCancelled, { run, reason });
  throw new Error(`order ${order.id} cannot have moved to ${order.status}`);
};

const of = <D>(rt: World, order: Order, { type }: EventDefinition<EventType, D>, data: D): Event =>
  mint(rt, type, { tenantId: order.tenantId, aggregateId: order.id, version: order.version, data });
