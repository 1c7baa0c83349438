import { describe, expect, it } from 'vitest';
import { cancelByCustomer } from '#orders/domain/customer';
import type { Order } from '#orders/domain/order';
import { findOrderForRun } from '#orders/public';
import { closeTask } from '#orders/saga/close.task';
import { confirmTask } from '#orders/saga/confirm.task';
import { refuseTask } from '#orders/saga/refuse.task';
import { orderTable } from '#orders/table/order-table';
import { invocation } from '../platform/fixtures/invocation.ts';
import { watchedTable } from '../platform/fixtures/watched-table.ts';
import { anOrder, at, id, limits, stepOf, tenantId } from './fixtures/order.ts';

const tasks = async (cancelled = false) => {
  const { rt } = watchedTable();
  const orders = orderTable(rt);
  const placed = await orders.putIfAbsent(anOrder());
  const unwinding = cancelByCustomer(placed, at, limits);
  if (cancelled && unwinding.ok) await orders.update(placed, unwinding.value);
  const run = (task: (event: unknown, context: ReturnType<typeof invocation>) => Promise<void>) => (event: unknown) =>
    task(event, invocation());
  const standing = async () => (await orders.find(tenantId, id)) as Order;
  return { rt, standing, confirm: run(confirmTask(rt)), refuse: run(refuseTask(rt)), close: run(closeTask(rt)) };
};

describe('the tasks of the order', () => {
  it('confirm the order of their run', async () => {
    const { confirm, standing } = await tasks();
    expect(await confirm(stepOf(1))).toBeUndefined();
    expect(await standing()).toMatchObject({ status: 'confirmed', run: 1 });
  });

  it.each([
    ['StockUnavailable', 'out_of_stock'],
    ['PaymentDeclined', 'payment_declined'],
  ])('refuse it for %s: %s', async (error, reason) => {
    const { refuse, standing } = await tasks();
    await refuse({ ...stepOf(1), error });
    expect(await standing()).toMatchObject({ status: 'cancelling', reason, run: 2 });
  });

  it('refuse it for no other error', async () => {
    const { refuse, standing } = await tasks();
    await expect(refuse({ ...stepOf(1), error: 'States.Timeout' })).rejects.toThrow('error');
    expect(await standing()).toMatchObject({ status: 'placed' });
  });

  it('close it once it is unwound', async () => {
    const { close, standing } = await tasks(true);
    await close(stepOf(2));
    expect(await standing()).toMatchObject({ status: 'cancelled', run: 2 });
  });

  it('are superseded by name once the order has moved on', async () => {
    const { confirm, refuse, close, standing } = await tasks(true);
    const before = await standing();
    await expect(confirm(stepOf(1))).rejects.toMatchObject({ name: 'Superseded' });
    await expect(refuse({ ...stepOf(1), error: 'StockUnavailable' })).rejects.toMatchObject({ name: 'Superseded' });
    await expect(close(stepOf(1))).rejects.toMatchObject({ name: 'Superseded' });
    expect(await standing()).toEqual(before);
  });

  it('fail for an order that does not exist, and are not superseded by it', async () => {
    const { confirm } = await tasks();
    await expect(confirm({ ...stepOf(1), orderId: 'o2' })).rejects.toMatchObject({ name: 'Error' });
  });
});

describe('the fence', () => {
  it('lets by the run in charge alone, and only in its status', async () => {
    const { rt } = await tasks(true);
    const inCharge = findOrderForRun(rt);
    expect(await inCharge(stepOf(2), 'cancelling')).toMatchObject({ id, total: anOrder().total });
    expect(await inCharge(stepOf(1), 'cancelling')).toBeUndefined();
    expect(await inCharge(stepOf(2), 'placed')).toBeUndefined();
    expect(await inCharge({ ...stepOf(2), orderId: 'o2' as Order['id'] }, 'cancelling')).toBeUndefined();
  });
});
