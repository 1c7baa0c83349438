import { expect, it } from 'vitest';
import { markConfirmed } from '#orders/domain/saga-step';
import { dueOrders } from '#orders/table/due-orders';
import { orderTable } from '#orders/table/order-table';
import { addMs, type OrderId, type TenantId } from '#platform/kernel';
import { anOfflineOrder, anOrder, at, aWaitingOrder, moment } from '../fixtures/order.ts';
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
  expect(page).toEqual({ entries: [o1], next: expect.any(Object) });
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
