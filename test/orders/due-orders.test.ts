import { expect, it } from 'vitest';
import { dueOrders } from '#orders/data/due-orders';
import { orderTable } from '#orders/data/order-table';
import { confirm } from '#orders/domain/saga';
import { later, type OrderId, type TenantId } from '#shared/kernel';
import { watchedTable } from '../shared/fixtures/watched-table.ts';
import { anOrder, at, limits } from './fixtures/order.ts';

it('finds the orders of all tenants that are due, the longest due first, and none that rests', async () => {
  const { rt } = watchedTable();
  const [orders, due] = [orderTable(rt), dueOrders(rt)];
  const [first, second, third] = [
    anOrder({ id: 'o1' as OrderId, due: later(at, 1) }),
    anOrder({ id: 'o2' as OrderId, tenantId: 't2' as TenantId, due: later(at, 2) }),
    anOrder({ id: 'o3' as OrderId, due: later(at, 3) }),
  ] as const;
  for (const order of [third, first, second]) await orders.putOrMeet(order);
  expect(await due.due(later(at, 2), 10)).toEqual([
    { tenantId: 't1', id: 'o1' },
    { tenantId: 't2', id: 'o2' },
  ]);
  expect(await due.due(later(at, 9), 1)).toEqual([{ tenantId: 't1', id: 'o1' }]);

  const confirmed = confirm(first, 1, at, limits);
  if (confirmed.ok) await orders.move(first, confirmed.value);
  expect(await due.due(later(at, 2), 10)).toEqual([{ tenantId: 't2', id: 'o2' }]);
});

it('gives the turn to one at a time, until it ends or is over', async () => {
  const due = dueOrders(watchedTable().rt);
  expect(await due.takeTurn(at, later(at, 100))).toBe(true);
  expect(await due.takeTurn(later(at, 99), later(at, 200))).toBe(false);
  expect(await due.takeTurn(later(at, 100), later(at, 200))).toBe(true);
  await due.endTurn(later(at, 150));
  expect(await due.takeTurn(later(at, 150), later(at, 300))).toBe(true);
});

it('throws on what is not a lost turn', async () => {
  const { rt } = watchedTable({
    between: () => () => {
      throw Object.assign(new Error('broken'), { name: 'TypeError' });
    },
  });
  await expect(dueOrders(rt).takeTurn(at, later(at, 1))).rejects.toThrow('broken');
});
