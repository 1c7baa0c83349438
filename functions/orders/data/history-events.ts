import { OrderCancelled, OrderCancelling, OrderConfirmed, OrderNeedsAttention, OrderPlaced } from '#orders/contract';
import { toOrder } from '#orders/data/order-table';
import type { Entry, Order } from '#orders/domain/order';
import type { Event, EventDefinition } from '#shared/events';
import type { EventType } from '#shared/manifest';

/**
 * The events of an order, from its item. The last is as its write minted it, with its own id. Those before it have been overwritten
 * and are rebuilt from the history, each under an id that follows from the order and its place, the same whenever it is rebuilt.
 *
 * What the history does not tell is at its least: restarts, which leave no entry, raised versions and runs beyond what is said here,
 * so consumers that compare take a rebuilt event for older than it was, never for newer. A payment that is no longer awaited is left
 * out, for its deadline is gone.
 */
export const eventsOf = (item: Record<string, unknown>): readonly Event[] => {
  const order = toOrder(item);
  const { events: minted } = item['out'] as { readonly events: readonly Event[] };
  // a restart wrote no entry: then the last entry, too, has lost its event
  const lost = order.restarts > 0 ? order.history : order.history.slice(0, -1);
  return [...lost.flatMap((entry, at) => rebuilt(order, entry, at)), ...minted];
};

const rebuilt = (order: Order, entry: Entry, at: number): readonly Event[] => {
  const run = 1 + order.history.slice(0, at + 1).filter(({ status }) => status === 'cancelling').length;
  const of = <D>({ type }: EventDefinition<EventType, D>, data: D): readonly Event[] => [
    {
      ...{ id: `${order.id}.${at + 1}`, type, at: entry.at, tenantId: order.tenantId, aggregateId: order.id },
      ...{ version: at + 1, data },
    },
  ];
  const { reason = order.reason, cause = order.cause } = entry;
  if (entry.status === 'placed') return of(OrderPlaced, { run });
  if (entry.status === 'confirmed')
    return of(OrderConfirmed, { run, total: order.total, paidBy: order.paid ? 'offline' : 'provider' });
  if (entry.status === 'cancelling' && reason) return of(OrderCancelling, { run, reason });
  if (entry.status === 'cancelled' && reason) return of(OrderCancelled, { run, reason });
  if (entry.status === 'needs_attention' && cause) return of(OrderNeedsAttention, { run, cause });
  return [];
};
