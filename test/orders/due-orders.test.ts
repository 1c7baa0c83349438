import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { markConfirmed } from '#orders/domain/saga-step';
import { dueOrders, walkDueOrders } from '#orders/table/due-orders';
import { orderKey } from '#orders/table/keys';
import { orderTable } from '#orders/table/order-table';
import { addMs, type OrderId, type TenantId } from '#platform/kernel';
import { type Operation, ServiceError } from '../../embedded/aws/service.ts';
import { anOfflineOrder, anOrder, at, aWaitingOrder, moment } from '../fixtures/order.ts';
import { TABLE_NAME } from '../fixtures/runtime.ts';
import { createTestTable } from '../fixtures/table.ts';

it('finds the due orders of all tenants, the longest due first, and no order that waits for nothing', async () => {
  const { rt } = createTestTable();
  const [orders, due] = [orderTable(rt), dueOrders(rt)];
  const [first, second, third] = [
    anOrder({ id: 'o1' as OrderId, due: addMs(at, 1) }),
    anOrder({ id: 'o2' as OrderId, tenantId: 't2' as TenantId, due: addMs(at, 2) }),
    anOrder({ id: 'o3' as OrderId, due: addMs(at, 3) }),
  ] as const;
  for (const order of [third, first, second]) await orders.putIfAbsent(order);
  const [o1, o2, o3] = [
    { tenantId: 't1', id: 'o1', kind: 'placed' },
    { tenantId: 't2', id: 'o2', kind: 'placed' },
    { tenantId: 't1', id: 'o3', kind: 'placed' },
  ];
  expect(await due.findDue(addMs(at, 2), { limit: 10 })).toEqual({ entries: [o1, o2] });
  const page = await due.findDue(addMs(at, 9), { limit: 1 });
  expect(page).toEqual({ entries: [o1], next: `${addMs(at, 1)}#o1` });
  expect((await due.findDue(addMs(at, 9), { limit: 9, after: page.next })).entries).toEqual([o2, o3]);

  const confirmed = markConfirmed(first, 1, moment);
  if (confirmed.ok) await orders.update(first, confirmed.value);
  expect((await due.findDue(addMs(at, 2), { limit: 10 })).entries).toEqual([o2]);
  // an order that has left the list is still a place in it
  expect((await due.findDue(addMs(at, 9), { limit: 9, after: page.next })).entries).toEqual([o2, o3]);
});

it('gives the lease to one sweep at a time, until it is released or expires', async () => {
  const due = dueOrders(createTestTable().rt);
  expect(await due.acquireLease(at, addMs(at, 100))).toBe(true);
  expect(await due.acquireLease(addMs(at, 99), addMs(at, 200))).toBe(false);
  expect(await due.acquireLease(addMs(at, 100), addMs(at, 200))).toBe(true);
  await due.releaseLease(addMs(at, 150));
  expect(await due.acquireLease(addMs(at, 150), addMs(at, 300))).toBe(true);
});

it('throws on any failure except a lease that another sweep holds', async () => {
  const { rt } = createTestTable({
    intercept: () => () => {
      throw Object.assign(new Error('broken'), { name: 'TypeError' });
    },
  });
  await expect(dueOrders(rt).acquireLease(at, addMs(at, 1))).rejects.toThrow('broken');
});

it('says of an order that awaits its payment what it waits for, and until when', async () => {
  const { rt } = createTestTable();
  const [orders, due] = [orderTable(rt), dueOrders(rt)];
  const waiting = aWaitingOrder();
  const offline = anOfflineOrder({ id: 'o2' as OrderId });
  for (const order of [waiting, offline]) await orders.putIfAbsent(order);
  const { entries } = await due.findDue(offline.due as string, { limit: 10 });
  expect(entries).toEqual([
    { tenantId: 't1', id: 'o1', kind: 'waiting', waitsUntil: waiting.waitsUntil },
    { tenantId: 't1', id: 'o2', kind: 'deadline' },
  ]);
  for (const order of [waiting, offline]) expect(await orders.find(order.tenantId, order.id)).toEqual(order);
});

const orderAt = (n: number) => anOrder({ id: `o${n}` as OrderId, due: addMs(at, n) });
const walked = async (...walk: Parameters<typeof walkDueOrders>) => {
  const ids: OrderId[] = [];
  for await (const { id } of walkDueOrders(...walk)) ids.push(id);
  return ids;
};
const failing = (shard: string) => (operation: Operation, name: string) => {
  const read: Operation = (input, caller) => {
    if (JSON.stringify(input).includes(`"${shard}"`)) throw new ServiceError('Broken', 'broken');
    return operation(input, caller);
  };
  return name === 'Query' ? read : operation;
};

describe('the due list over its 16 shards', () => {
  it('is in order over all of them, page by page, with the orders that are in the first one from before', async () => {
    const { rt, itemAt } = createTestTable();
    const orders = Array.from({ length: 80 }, (_, n) => orderAt(n));
    const ids = orders.map(({ id }) => id);
    const shards = new Set<unknown>();
    for (const order of orders.toReversed()) {
      await orderTable(rt).putIfAbsent(order);
      const item = await itemAt(orderKey(order.tenantId, order.id));
      shards.add(item?.['duePk']);
      if (Number(order.id.slice(1)) % 3 > 0) continue;
      await rt.db.send(new PutCommand({ TableName: TABLE_NAME, Item: { ...item, duePk: 'due#orders#0' } }));
    }
    expect(shards.size).toBe(16);

    const seen: OrderId[] = [];
    let after: string | undefined;
    do {
      const { entries, next } = await dueOrders(rt).findDue(addMs(at, 70), { limit: 9, after });
      expect(entries.length).toBe(Math.min(9, 71 - seen.length));
      seen.push(...entries.map(({ id }) => id));
      after = next;
    } while (after !== undefined);
    expect(seen).toEqual(ids.slice(0, 71));
  });

  it('is not read where one of them cannot be: a sweep without it would leave orders', async () => {
    const { rt } = createTestTable({ intercept: failing('due#orders#15') });
    await expect(dueOrders(rt).findDue(at, { limit: 9 })).rejects.toThrow('broken');
    await expect(walked(rt, { from: at, until: addMs(at, 1) })).rejects.toThrow('broken');
  });

  it('is walked from a time to before another, each order once', async () => {
    const { rt } = createTestTable();
    for (let n = 0; n < 40; n += 1) await orderTable(rt).putIfAbsent(orderAt(n));
    const range = { from: addMs(at, 5), until: addMs(at, 30) };
    const ids = await walked(rt, range);
    expect(ids.map((id) => Number(id.slice(1))).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 25 }, (_, n) => n + 5),
    );
  });

  it('is walked over many pages of a shard', async () => {
    const inShortPages = (operation: Operation, name: string): Operation =>
      name === 'Query' ? (input, caller) => operation({ ...input, Limit: 2 }, caller) : operation;
    const { rt } = createTestTable({ intercept: inShortPages });
    for (let n = 0; n < 60; n += 1) await orderTable(rt).putIfAbsent(orderAt(n));
    const ids = await walked(rt, { from: at, until: addMs(at, 60) });
    expect(new Set(ids).size).toBe(60);
    expect(ids).toHaveLength(60);
  });
});
