import {
  OrderCancelled,
  OrderCancelling,
  OrderConfirmed,
  OrderNeedsAttention,
  OrderPlaced,
  OrderRestarted,
} from '#orders/contract';
import type { HistoryEntry, Order } from '#orders/domain/order';
import { toOrder } from '#orders/table/order-table';
import type { EventType } from '#platform/manifest';
import type { Event, EventDefinition } from '#platform/messaging/events';
import type { Item } from '#platform/table/batch-get';

/**
 * The events of an order, from its item (ADR 33). The last one is as its write minted it, with its own id. Earlier ones have been
 * overwritten and are rebuilt from the history, each with an id derived from the order and its position, so it is the same at every
 * rebuild.
 *
 * Where the history lacks a fact, the rebuilt event understates it: restarts leave no entry, so versions and runs may have been
 * higher. A consumer that compares versions therefore takes a rebuilt event for older than it was, never for newer. A payment that
 * is no longer awaited is left out, because its deadline is lost, and so is a wait for the provider.
 */
export const eventsOf = (item: Item): readonly Event[] => {
  const order = toOrder(item);
  const { events: minted } = item['out'] as { readonly events: readonly Event[] };
  // a restart leaves no entry, so its event has replaced that of the last entry
  const restarted = minted.some(({ type }) => type === OrderRestarted.type);
  const overwritten = restarted ? order.history : order.history.slice(0, -1);
  return [...overwritten.flatMap((entry, index) => rebuild(order, entry, index)), ...minted];
};

const rebuild = (order: Order, entry: HistoryEntry, index: number): readonly Event[] => {
  const startsRun = ({ status }: HistoryEntry, position: number) =>
    status === 'cancelling' || (status === 'placed' && position > 0);
  const run = 1 + order.history.slice(0, index + 1).filter(startsRun).length;
  const eventOf = <D>({ type }: EventDefinition<EventType, D>, data: D): readonly Event[] => [
    {
      id: `${order.id}.${index + 1}`,
      type,
      at: entry.at,
      tenantId: order.tenantId,
      aggregateId: order.id,
      version: index + 1,
      data,
    },
  ];
  const { reason = order.reason, cause = order.cause } = entry;
  // a return to `placed` started a run that later ones have superseded
  if (entry.status === 'placed') return index === 0 ? eventOf(OrderPlaced, { run }) : [];
  if (entry.status === 'confirmed')
    return eventOf(OrderConfirmed, { run, total: order.total, paidBy: order.paid ? 'offline' : 'provider' });
  if (entry.status === 'cancelling' && reason) return eventOf(OrderCancelling, { run, reason });
  if (entry.status === 'cancelled' && reason) return eventOf(OrderCancelled, { run, reason });
  if (entry.status === 'needs_attention' && cause) return eventOf(OrderNeedsAttention, { run, cause });
  return [];
};
