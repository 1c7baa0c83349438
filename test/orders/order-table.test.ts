import { describe, expect, it } from 'vitest';
import { cancelByCustomer, recordOfflinePayment } from '#orders/domain/customer';
import type { Order } from '#orders/domain/order';
import { markAwaitingPayment, markCancelled, markConfirmed, markNeedsAttention } from '#orders/domain/saga-step';
import { sweepOrder } from '#orders/domain/sweep';
import { orderKey } from '#orders/table/keys';
import { orderTable } from '#orders/table/order-table';
import { watchedTable } from '../platform/fixtures/watched-table.ts';
import { anOrder, at, eur, id, limits, tenantId } from './fixtures/order.ts';

const placed = anOrder();
const reached = (
  moved: ReturnType<typeof cancelByCustomer | typeof markConfirmed | typeof recordOfflinePayment>,
): Order => {
  if (!moved.ok) throw new Error(moved.error);
  return moved.value;
};
const stored = async () => {
  const made = watchedTable();
  const orders = orderTable(made.rt);
  expect(await orders.putIfAbsent(placed)).toBe(placed);
  return { ...made, orders };
};
const eventOf = (type: string, version: number, data: object) => ({
  id: expect.any(String),
  ...{ type, at, tenantId, aggregateId: id, version, data },
});

it('puts the order, its place in the list and its event in one write', async () => {
  const { itemAt, orders, calls } = await stored();
  const { version, tenantId: _, id: __, due, requestDigest, ...fields } = placed;
  expect(await itemAt(orderKey(tenantId, id))).toEqual({
    pk: 'orders#t1#order#o1',
    sk: 'order',
    listPk: 'orders#t1#list#0',
    listSk: `${at}#o1`,
    duePk: 'due#orders#0',
    dueSk: `${due}#o1`,
    ...fields,
    asked: requestDigest,
    v: 1,
    out: { v: 1, events: [eventOf('OrderPlaced.v1', 1, { run: 1 })] },
  });
  expect(await orders.find(tenantId, id)).toEqual(placed);
  expect(calls[0]).toMatchObject({ operation: 'PutItem', units: { write: 3 } });
});

it('finds nothing where nothing is', async () => {
  expect(await orderTable(watchedTable().rt).find(tenantId, id)).toBeUndefined();
});

it('meets what stands instead of a second order, in one call', async () => {
  const { itemAt, orders, calls } = await stored();
  const before = await itemAt(orderKey(tenantId, id));
  calls.length = 0;
  expect(await orders.putIfAbsent(anOrder({ requestDigest: 'another', total: eur(1) }))).toEqual(placed);
  expect(calls).toMatchObject([{ operation: 'PutItem', outcome: 'ConditionalCheckFailedException' }]);
  expect(await itemAt(orderKey(tenantId, id))).toEqual(before);
});

describe('a move', () => {
  const confirmed = reached(markConfirmed(placed, 1, at, limits));
  const cancelling = reached(cancelByCustomer(placed, at, limits));
  const awaiting = reached(markAwaitingPayment(placed, 1, at, limits));
  const paid = reached(recordOfflinePayment(awaiting, placed.total, { key: 'k', reference: 'r', at }, limits));
  const restartedOrder = sweepOrder(placed, placed.due as string, limits);
  const again = sweepOrder(cancelling, cancelling.due as string, limits);
  const parked = reached(markNeedsAttention(cancelling, 2, 'refused', at, limits));
  const cancelled = reached(markCancelled(cancelling, 2, at, limits));
  const reason = 'cancelled_by_customer';

  it.each([
    ['confirmed', [confirmed], eventOf('OrderConfirmed.v1', 2, { run: 1, total: eur(55_00), paidBy: 'provider' })],
    [
      'awaiting_payment',
      [awaiting],
      eventOf('OrderAwaitingPayment.v1', 2, { run: 1, total: eur(55_00), deadline: awaiting.deadline }),
    ],
    [
      'confirmed by another payment',
      [awaiting, paid],
      eventOf('OrderConfirmed.v1', 3, { run: 1, total: eur(55_00), paidBy: 'offline' }),
    ],
    ['a new run of placed', [restartedOrder], eventOf('OrderRestarted.v1', 2, { run: 2, saga: 'fulfil-order' })],
    ['a new run of cancelling', [cancelling, again], eventOf('OrderRestarted.v1', 3, { run: 3, saga: 'unwind-order' })],
    ['needs_attention', [cancelling, parked], eventOf('OrderNeedsAttention.v1', 3, { run: 2, cause: 'refused' })],
    ['cancelling', [cancelling], eventOf('OrderCancelling.v1', 2, { run: 2, reason })],
    ['cancelled', [cancelling, cancelled], eventOf('OrderCancelled.v1', 3, { run: 2, reason })],
  ])('to %s carries its event alone', async (_, states, event) => {
    const { itemAt, orders } = await stored();
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
    ['no order', { id: 'o2' as Order['id'] }],
  ])('is not made from %s', async (_, change) => {
    const { itemAt, orders } = await stored();
    const before = await itemAt(orderKey(tenantId, id));
    const { id: to } = { ...placed, ...change };
    expect(await orders.update({ ...placed, ...change }, { ...confirmed, id: to })).toBe(false);
    expect(await itemAt(orderKey(tenantId, id))).toEqual(before);
  });

  it('has an event for every status that can be reached, and no other', async () => {
    const { orders } = await stored();
    await expect(orders.update(cancelling, { ...placed, version: 2 })).rejects.toThrow('cannot have moved to placed');
    await expect(orders.update(placed, { ...placed, status: 'cancelling' })).rejects.toThrow('cannot have moved');
  });
});

it('throws on what is neither a replay nor a lost race', async () => {
  const { rt } = watchedTable({
    between: () => () => {
      throw Object.assign(new Error('broken'), { name: 'TypeError' });
    },
  });
  const orders = orderTable(rt);
  await expect(orders.putIfAbsent(placed)).rejects.toThrow('broken');
  await expect(orders.update(placed, reached(markConfirmed(placed, 1, at, limits)))).rejects.toThrow('broken');
});
