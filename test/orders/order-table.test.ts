import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { resumeParked } from '#orders/domain/attention';
import { makeOffline } from '#orders/domain/channel';
import { cancelByCustomer, recordOfflinePayment } from '#orders/domain/customer';
import { type Order, restart } from '#orders/domain/order';
import { defaultPolicy } from '#orders/domain/policy';
import { markAwaitingPayment, markCancelled, markConfirmed, markNeedsAttention } from '#orders/domain/saga-step';
import { examine } from '#orders/domain/sweep';
import { orderKey } from '#orders/table/keys';
import { findManyOrders } from '#orders/table/many-orders';
import { orderTable } from '#orders/table/order-table';
import { anOrder, at, eur, id, moment, momentAt, tenantId } from '../fixtures/order.ts';
import { createTestTable } from '../fixtures/table.ts';

const placed = anOrder();
const requireValue = (
  result: ReturnType<
    typeof cancelByCustomer | typeof markConfirmed | typeof recordOfflinePayment | typeof resumeParked
  >,
): Order => {
  if (!result.ok) throw new Error(result.error);
  return result.value;
};
const storedOrder = async () => {
  const table = createTestTable();
  const orders = orderTable(table.rt);
  expect(await orders.putIfAbsent(placed)).toBe(placed);
  return { ...table, orders };
};
const eventOf = (type: string, version: number, data: object) => ({
  id: expect.any(String),
  ...{ type, at, tenantId, aggregateId: id, version, data },
});

it('writes the order, its list entry and its event at once', async () => {
  const { itemAt, orders, calls } = await storedOrder();
  const { version, tenantId: _, id: __, listShard, due, requestDigest, ...fields } = placed;
  expect(await itemAt(orderKey(tenantId, id))).toEqual({
    pk: 'orders#t1#order#o1',
    sk: 'order',
    listPk: `orders#t1#list#${listShard}`,
    listSk: `${at}#o1`,
    duePk: 'due#orders#2',
    dueSk: `${due}#o1`,
    ...fields,
    asked: requestDigest,
    v: 1,
    out: { v: 1, events: [eventOf('OrderPlaced.v1', 1, { run: 1 })] },
  });
  expect(await orders.find(tenantId, id)).toEqual(placed);
  expect(calls[0]).toMatchObject({ operation: 'PutItem', units: { write: 3 } });
});

it('finds no order that does not exist', async () => {
  expect(await orderTable(createTestTable().rt).find(tenantId, id)).toBeUndefined();
});

it('returns the existing order instead of storing a second one, in one call', async () => {
  const { itemAt, orders, calls } = await storedOrder();
  const before = await itemAt(orderKey(tenantId, id));
  calls.length = 0;
  expect(await orders.putIfAbsent(anOrder({ requestDigest: 'another', total: eur(1) }))).toEqual(placed);
  expect(calls).toMatchObject([{ operation: 'PutItem', outcome: 'ConditionalCheckFailedException' }]);
  expect(await itemAt(orderKey(tenantId, id))).toEqual(before);
});

describe('a transition', () => {
  const confirmed = requireValue(markConfirmed(placed, 1, moment));
  const cancelling = requireValue(cancelByCustomer(placed, moment));
  const waiting = requireValue(markAwaitingPayment(placed, { run: 1, policy: defaultPolicy }, moment));
  const awaiting = requireValue(
    markAwaitingPayment(placed, { run: 1, policy: { ...defaultPolicy, offlineAfterMinutes: 0 } }, moment),
  );
  const madeOffline = makeOffline(waiting, moment);
  const examined = examine(waiting, moment, { pauses: [], providerIsAvailable: true });
  const released = 'order' in examined ? examined.order : waiting;
  const parkedPlaced = requireValue(markNeedsAttention(placed, { run: 1, cause: 'too large' }, moment));
  const resumed = requireValue(resumeParked(parkedPlaced, moment));
  const paid = requireValue(
    recordOfflinePayment(
      awaiting,
      { amount: placed.total, reference: 'r', key: 'k', requestDigest: 'payment' },
      { ...moment, pauses: [] },
    ),
  );
  const restartedPlaced = restart(placed, momentAt(placed.due as string));
  const restartedCancelling = restart(cancelling, momentAt(cancelling.due as string));
  const parked = requireValue(markNeedsAttention(cancelling, { run: 2, cause: 'refused' }, moment));
  const cancelled = requireValue(markCancelled(cancelling, 2, moment));
  const reason = 'cancelled_by_customer';

  it.each([
    ['confirmed', [confirmed], eventOf('OrderConfirmed.v1', 2, { run: 1, total: eur(55_00), paidBy: 'provider' })],
    [
      'awaiting_payment',
      [awaiting],
      eventOf('OrderAwaitingPayment.v1', 2, { run: 1, total: eur(55_00), deadline: awaiting.deadline }),
    ],
    [
      'confirmed by an offline payment',
      [awaiting, paid],
      eventOf('OrderConfirmed.v1', 3, { run: 1, total: eur(55_00), paidBy: 'offline' }),
    ],
    ['a wait', [waiting], eventOf('OrderWaiting.v1', 2, { run: 1, until: waiting.waitsUntil })],
    [
      'offline after a wait',
      [waiting, madeOffline],
      eventOf('OrderAwaitingPayment.v1', 3, { run: 1, total: eur(55_00), deadline: madeOffline.deadline }),
    ],
    ['placed after a wait', [waiting, released], eventOf('OrderRestarted.v1', 3, { run: 2, saga: 'fulfil-order' })],
    [
      'needs_attention from placed',
      [parkedPlaced],
      eventOf('OrderNeedsAttention.v1', 2, { run: 1, cause: 'too large' }),
    ],
    ['placed again', [parkedPlaced, resumed], eventOf('OrderRestarted.v1', 3, { run: 2, saga: 'fulfil-order' })],
    ['a new run of placed', [restartedPlaced], eventOf('OrderRestarted.v1', 2, { run: 2, saga: 'fulfil-order' })],
    [
      'a new run of cancelling',
      [cancelling, restartedCancelling],
      eventOf('OrderRestarted.v1', 3, { run: 3, saga: 'unwind-order' }),
    ],
    ['needs_attention', [cancelling, parked], eventOf('OrderNeedsAttention.v1', 3, { run: 2, cause: 'refused' })],
    ['cancelling', [cancelling], eventOf('OrderCancelling.v1', 2, { run: 2, reason })],
    ['cancelled', [cancelling, cancelled], eventOf('OrderCancelled.v1', 3, { run: 2, reason })],
  ])('to %s carries its event and no other', async (_, states, event) => {
    const { itemAt, orders } = await storedOrder();
    let from = placed;
    for (const to of states) {
      expect(await orders.update(from, to)).toBe(true);
      from = to;
    }
    expect(await orders.find(tenantId, id)).toEqual(from);
    expect(await itemAt(orderKey(tenantId, id))).toMatchObject({
      v: from.version,
      out: { v: from.version, events: [event] },
    });
  });

  it.each<[string, Partial<Order>]>([
    ['another version', { version: 2 }],
    ['another run', { run: 2 }],
    ['another status', { status: 'cancelling' }],
    ['a missing order', { id: 'o2' as Order['id'] }],
  ])('is refused from %s', async (_, change) => {
    const { itemAt, orders } = await storedOrder();
    const before = await itemAt(orderKey(tenantId, id));
    const { id: to } = { ...placed, ...change };
    expect(await orders.update({ ...placed, ...change }, { ...confirmed, id: to })).toBe(false);
    expect(await itemAt(orderKey(tenantId, id))).toEqual(before);
  });

  it('that the graph does not have throws', async () => {
    const { orders } = await storedOrder();
    await expect(orders.update(cancelling, { ...placed, version: 2 })).rejects.toThrow(
      'has no transition from cancelling to placed',
    );
    await expect(orders.update(placed, { ...placed, status: 'cancelling' })).rejects.toThrow(
      'has no transition from placed to cancelling',
    );
  });
});

it('stays in the shard of its list that it was born into, whatever the number of shards is when it changes', async () => {
  const { itemAt, rt } = await storedOrder();
  const born = anOrder({ id: 'o2' as Order['id'], listShard: 3 });
  await orderTable(rt).putIfAbsent(born);
  const found = await orderTable(rt).find(tenantId, born.id);
  if (!found) throw new Error('the order was not found');
  expect(found).toEqual(born);
  expect(rt.times.listShards.default).toBe(1);
  expect(await orderTable(rt).update(found, requireValue(markConfirmed(found, 1, moment)))).toBe(true);
  expect(await itemAt(orderKey(tenantId, born.id))).toMatchObject({ status: 'confirmed', listPk: 'orders#t1#list#3' });
});

it('throws on any failure except a replay or a lost race', async () => {
  const { rt } = createTestTable({
    intercept: () => () => {
      throw Object.assign(new Error('broken'), { name: 'TypeError' });
    },
  });
  const orders = orderTable(rt);
  await expect(orders.putIfAbsent(placed)).rejects.toThrow('broken');
  await expect(orders.update(placed, requireValue(markConfirmed(placed, 1, moment)))).rejects.toThrow('broken');
});

it.each<[string, object, string]>([
  ['an unknown status', { status: 'shipped' }, 'status'],
  ['a line without a price', { lines: [{ sku: 'mug', quantity: 1 }] }, 'lines.0.unitPrice'],
  ['no digest of the request', { asked: undefined }, 'asked'],
])('throws an error that names the item on an item with %s', async (_, change, field) => {
  const { rt, itemAt, orders } = await storedOrder();
  const item = await itemAt(orderKey(tenantId, id));
  await rt.db.send(new PutCommand({ TableName: rt.env('TABLE_NAME'), Item: { ...item, ...change } }));
  await expect(orders.find(tenantId, id)).rejects.toThrow(
    `the item orders#t1#order#o1 does not match its schema: ${field}`,
  );
});

it('reads many orders in batches of a hundred, and leaves out those that do not exist', async () => {
  const { rt, calls } = createTestTable();
  const orders = orderTable(rt);
  const ids = Array.from({ length: 130 }, (_, n) => `m${n}` as Order['id']);
  for (const each of ids.slice(0, 120)) await orders.putIfAbsent(anOrder({ id: each }));
  calls.length = 0;
  const found = await findManyOrders(rt)(tenantId, ids);
  expect(found.map((order) => order.id)).toEqual(ids.slice(0, 120));
  expect(calls.map(({ operation }) => operation)).toEqual(['BatchGetItem', 'BatchGetItem']);
});
