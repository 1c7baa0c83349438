import { describe, expect, it } from 'vitest';
import { cancelByCustomer, recordOfflinePayment } from '#orders/domain/customer';
import type { Order } from '#orders/domain/order';
import {
  cancelAfterRefusal,
  markAwaitingPayment,
  markCancelled,
  markConfirmed,
  markNeedsAttention,
} from '#orders/domain/saga-step';
import { resumeUnwinding, sweepOrder } from '#orders/domain/sweep';
import { eventsOf } from '#orders/table/history-events';
import { orderTable } from '#orders/table/order-table';
import { addMs, type Result } from '#platform/kernel';
import { defaultTimes as limits } from '#platform/runtime/times';
import type { StreamRecord } from '../../embedded/aws/dynamodb/dynamodb.ts';
import { watchedTable } from '../platform/fixtures/watched-table.ts';
import { anOrder, at, eur, id, tenantId } from './fixtures/order.ts';

type Move = (order: Order, now: string) => Result<Order, string> | Order;
const paid = { reference: 'r', at, key: 'k' };
const past =
  (ms: number): Move =>
  (order) =>
    sweepOrder(order, addMs(order.due ?? at, ms), limits);

const ways: Readonly<Record<string, readonly Move[]>> = {
  placed: [],
  confirmed: [(order, now) => markConfirmed(order, 1, now, limits)],
  'paid another way': [
    (order, now) => markAwaitingPayment(order, 1, now, limits),
    (order) => recordOfflinePayment(order, eur(55_00), paid, limits),
  ],
  'refused and closed': [
    (order, now) => cancelAfterRefusal(order, 1, 'out_of_stock', now, limits),
    (order, now) => markCancelled(order, 2, now, limits),
  ],
  'cancelled, parked and resumed': [
    (order, now) => cancelByCustomer(order, now, limits),
    (order, now) => markNeedsAttention(order, 2, 'no', now, limits),
    (order, now) => resumeUnwinding(order, now, limits),
    (order, now) => markCancelled(order, 3, now, limits),
  ],
  'restarted before it was confirmed': [past(0), (order, now) => markConfirmed(order, 2, now, limits)],
  'restarted, and still placed': [past(0), past(0)],
};

type Published = { readonly id: string; readonly type: string; readonly version: number; readonly data: object };

/** The order's events as its writes published them, and its item, after each of these moves. */
const lived = async (moves: readonly Move[]) => {
  const { rt, records, itemAt } = watchedTable();
  const orders = orderTable(rt);
  const start = { ...anOrder(), restarts: 0, due: at, deadline: addMs(at, limits.orderDeadlineMs) };
  await orders.putIfAbsent(start);
  let order: Order = start;
  let now = at;
  for (const move of moves) {
    now = addMs(now, 1_000);
    const moved = move(order, now);
    const next = 'ok' in moved ? (moved.ok ? moved.value : undefined) : moved;
    if (!next || next === order) throw new Error('the move is none');
    expect(await orders.update(order, next)).toBe(true);
    order = next;
  }
  const item = await itemAt({ pk: `orders#${tenantId}#order#${id}`, sk: 'order' });
  return { item: item ?? {}, published: records.map(eventIn) };
};
const eventIn = ({ dynamodb }: StreamRecord): Published => {
  const event = dynamodb.NewImage?.['out']?.M?.['events']?.L?.[0]?.M;
  const text = (name: string) => event?.[name]?.S ?? '';
  return { id: text('id'), type: text('type'), version: Number(event?.['version']?.N), data: {} };
};

describe.each(Object.entries(ways))('an order that was %s', (_, moves) => {
  it('has the events of its history again, but for restarts and payments that are awaited no more', async () => {
    const { item, published } = await lived(moves);
    const told = published.filter(
      ({ type }, n) => n === published.length - 1 || !/^Order(Restarted|AwaitingPayment)/.test(type),
    );
    expect(eventsOf(item).map(({ type }) => type)).toEqual(told.map(({ type }) => type));
  });

  it('has its last as it was, and the others under ids that stay', async () => {
    const { item, published } = await lived(moves);
    const events = eventsOf(item);
    expect(events.at(-1)).toMatchObject({ id: published.at(-1)?.id, version: published.at(-1)?.version });
    expect(eventsOf(item)).toEqual(events);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });

  it('has none that says it is newer than it was', async () => {
    const { item, published } = await lived(moves);
    for (const event of eventsOf(item).slice(0, -1)) {
      const was = published.filter(({ type }) => type === event.type);
      expect(was.some(({ version }) => event.version <= version)).toBe(true);
    }
  });
});

it('tells of each event what it told', async () => {
  const { item } = await lived(ways['cancelled, parked and resumed'] ?? []);
  expect(eventsOf(item).slice(0, -1)).toEqual([
    { id: 'o1.1', type: 'OrderPlaced.v1', at, tenantId, aggregateId: id, version: 1, data: { run: 1 } },
    ...[
      { type: 'OrderCancelling.v1', data: { run: 2, reason: 'cancelled_by_customer' } },
      { type: 'OrderNeedsAttention.v1', data: { run: 2, cause: 'no' } },
      { type: 'OrderCancelling.v1', data: { run: 3, reason: 'cancelled_by_customer' } },
    ].map((event, n) => ({
      ...{ id: `o1.${n + 2}`, at: addMs(at, 1_000 * (n + 1)), tenantId, aggregateId: id, version: n + 2 },
      ...event,
    })),
  ]);
});
