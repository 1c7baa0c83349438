import { describe, expect, it } from 'vitest';
import { resumeParked } from '#orders/domain/attention';
import { cancelByCustomer, recordOfflinePayment } from '#orders/domain/customer';
import { type Moment, type Order, restart } from '#orders/domain/order';
import { defaultPolicy } from '#orders/domain/policy';
import {
  cancelAfterRefusal,
  markAwaitingPayment,
  markCancelled,
  markConfirmed,
  markNeedsAttention,
} from '#orders/domain/saga-step';
import { examine, restartAsCanary } from '#orders/domain/sweep';
import { eventsOf } from '#orders/table/history-events';
import { orderTable } from '#orders/table/order-table';
import { addMs, type Instant, type Result } from '#platform/kernel';
import type { StreamRecord } from '../../embedded/aws/dynamodb/dynamodb.ts';
import { anOrder, at, eur, id, momentAt, tenantId } from '../fixtures/order.ts';
import { createTestTable } from '../fixtures/table.ts';

type Transition = (order: Order, moment: Moment) => Result<Order, string> | Order;
const offlinePayment = { amount: eur(55_00), reference: 'r', key: 'k', requestDigest: 'digest' };
const restartWhenDue: Transition = (order) => restart(order, momentAt(order.due ?? at));
const canaryWhenDue: Transition = (order) => restartAsCanary(order, momentAt(order.due ?? at));
const awaitPayment =
  (offlineAfterMinutes: number): Transition =>
  (order, moment) =>
    markAwaitingPayment(order, { run: order.run, policy: { ...defaultPolicy, offlineAfterMinutes } }, moment);
const release: Transition = (order, moment) => {
  const examined = examine(order, moment, { pauses: [], providerIsAvailable: true });
  return 'order' in examined ? examined.order : order;
};

const histories: Readonly<Record<string, readonly Transition[]>> = {
  placed: [],
  confirmed: [(order, moment) => markConfirmed(order, 1, moment)],
  'paid offline': [
    awaitPayment(0),
    (order) => recordOfflinePayment(order, offlinePayment, { ...momentAt(at), pauses: [] }),
  ],
  'refused and cancelled': [
    (order, moment) => cancelAfterRefusal(order, { run: 1, reason: 'out_of_stock' }, moment),
    (order, moment) => markCancelled(order, 2, moment),
  ],
  'cancelled, parked and resumed': [
    (order, moment) => cancelByCustomer(order, moment),
    (order, moment) => markNeedsAttention(order, { run: 2, cause: 'no' }, moment),
    (order, moment) => resumeParked(order, moment),
    (order, moment) => markCancelled(order, 3, moment),
  ],
  'restarted before it was confirmed': [restartWhenDue, (order, moment) => markConfirmed(order, 2, moment)],
  'restarted, and still placed': [restartWhenDue, restartWhenDue],
  'a canary, and still placed': [canaryWhenDue],
  'parked while it was placed': [(order, moment) => markNeedsAttention(order, { run: 1, cause: 'no' }, moment)],
  'parked, returned to placed and confirmed': [
    (order, moment) => markNeedsAttention(order, { run: 1, cause: 'no' }, moment),
    (order, moment) => resumeParked(order, moment),
    (order, moment) => markConfirmed(order, 2, moment),
  ],
  'waiting, charged and confirmed': [awaitPayment(5), release, (order, moment) => markConfirmed(order, 2, moment)],
  'waiting, and charged now': [awaitPayment(5), release],
};

type Published = { readonly id: string; readonly type: string; readonly version: number; readonly data: object };

/** Makes these transitions. Returns the events that the order's writes published, and its item. */
const play = async (transitions: readonly Transition[]) => {
  const { rt, records, itemAt } = createTestTable();
  const orders = orderTable(rt);
  const start = { ...anOrder(), restarts: 0, due: at };
  await orders.putIfAbsent(start);
  let order: Order = start;
  let now: Instant = at;
  for (const transition of transitions) {
    now = addMs(now, 1_000);
    const result = transition(order, momentAt(now));
    const next = 'ok' in result ? (result.ok ? result.value : undefined) : result;
    if (!next || next === order) throw new Error('the transition changed nothing');
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

describe.each(Object.entries(histories))('an order that was %s', (_, transitions) => {
  it('yields the events of its history again, except restarts, waits and payments that are no longer awaited', async () => {
    const { item, published } = await play(transitions);
    const rebuilt = published.filter(
      ({ type }, n) => n === published.length - 1 || !/^Order(Restarted|AwaitingPayment|Waiting)/.test(type),
    );
    expect(eventsOf(item).map(({ type }) => type)).toEqual(rebuilt.map(({ type }) => type));
  });

  it('yields its last event unchanged, and the others under ids that stay the same', async () => {
    const { item, published } = await play(transitions);
    const events = eventsOf(item);
    expect(events.at(-1)).toMatchObject({ id: published.at(-1)?.id, version: published.at(-1)?.version });
    expect(eventsOf(item)).toEqual(events);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });

  it('yields no event with a higher version than the original', async () => {
    const { item, published } = await play(transitions);
    for (const event of eventsOf(item).slice(0, -1)) {
      const originals = published.filter(({ type }) => type === event.type);
      expect(originals.some(({ version }) => event.version <= version)).toBe(true);
    }
  });
});

it('rebuilds the data of each event', async () => {
  const { item } = await play(histories['cancelled, parked and resumed'] ?? []);
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
