import { describe, expect, it } from 'vitest';
import { cancelByCustomer } from '#orders/domain/customer';
import type { Order } from '#orders/domain/order';
import { findOrderForRun } from '#orders/public';
import { awaitPaymentStep, closeStep, confirmStep, parkStep, refuseStep } from '#orders/saga/steps';
import { orderTable } from '#orders/table/order-table';
import { policyTable } from '#orders/table/policy-table';
import { replacePolicy } from '#orders/use-cases/replace-policy';
import { invocation } from '../fixtures/invocation.ts';
import { anOrder, id, moment, stepOf, tenantId } from '../fixtures/order.ts';
import { createTestTable } from '../fixtures/table.ts';

/** The steps of one order, which is placed or, if `cancelled`, being unwound by run 2. */
const createSteps = async ({ cancelled = false } = {}) => {
  const { rt } = createTestTable();
  const orders = orderTable(rt);
  const placed = await orders.putIfAbsent(anOrder());
  const cancelling = cancelByCustomer(placed, moment);
  if (cancelled && cancelling.ok) await orders.update(placed, cancelling.value);
  const run = (step: (event: unknown, context: ReturnType<typeof invocation>) => Promise<void>) => (event: unknown) =>
    step(event, invocation());
  const current = async () => (await orders.find(tenantId, id)) as Order;
  return {
    ...{ rt, current, confirm: run(confirmStep(rt)), refuse: run(refuseStep(rt)), close: run(closeStep(rt)) },
    ...{ awaitPayment: run(awaitPaymentStep(rt)), park: run(parkStep(rt)) },
  };
};

describe('the steps of the order', () => {
  it('confirm the order of their run', async () => {
    const { confirm, current } = await createSteps();
    expect(await confirm(stepOf(1))).toBeUndefined();
    expect(await current()).toMatchObject({ status: 'confirmed', run: 1 });
  });

  it.each([
    ['StockUnavailable', 'out_of_stock'],
    ['PaymentDeclined', 'payment_declined'],
  ])('cancel it after %s: %s', async (error, reason) => {
    const { refuse, current } = await createSteps();
    await refuse({ ...stepOf(1), error });
    expect(await current()).toMatchObject({ status: 'cancelling', reason, run: 2 });
  });

  it('let it wait for the provider, or pay offline, as its tenant wants', async () => {
    const byDefault = await createSteps();
    await byDefault.awaitPayment(stepOf(1));
    expect(await byDefault.current()).toMatchObject({ status: 'awaiting_payment', waitsUntil: expect.any(String) });

    const { rt, awaitPayment, current } = await createSteps();
    await replacePolicy(policyTable(rt))(tenantId, { offlineAfterMinutes: 0, giveWayAfterMinutes: null });
    await awaitPayment(stepOf(1));
    expect(await current()).toMatchObject({ status: 'awaiting_payment', deadline: expect.any(String) });
    expect((await current()).waitsUntil).toBeUndefined();
  });

  it('park it from `placed`', async () => {
    const { park, current } = await createSteps();
    await park({ ...stepOf(1), error: 'PaymentUnresolved' });
    expect(await current()).toMatchObject({
      status: 'needs_attention',
      cause: expect.stringContaining('keeps a part of the payment'),
    });
  });

  it('cancel it after no other error', async () => {
    const { refuse, current } = await createSteps();
    await expect(refuse({ ...stepOf(1), error: 'States.Timeout' })).rejects.toThrow('error');
    expect(await current()).toMatchObject({ status: 'placed' });
  });

  it('close it once it is unwound', async () => {
    const { close, current } = await createSteps({ cancelled: true });
    await close(stepOf(2));
    expect(await current()).toMatchObject({ status: 'cancelled', run: 2 });
  });

  it('throw Superseded once the order has moved on', async () => {
    const { confirm, refuse, close, current } = await createSteps({ cancelled: true });
    const before = await current();
    await expect(confirm(stepOf(1))).rejects.toMatchObject({ name: 'Superseded' });
    await expect(refuse({ ...stepOf(1), error: 'StockUnavailable' })).rejects.toMatchObject({ name: 'Superseded' });
    await expect(close(stepOf(1))).rejects.toMatchObject({ name: 'Superseded' });
    expect(await current()).toEqual(before);
  });

  it('throw an error other than Superseded for an order that does not exist', async () => {
    const { confirm } = await createSteps();
    await expect(confirm({ ...stepOf(1), orderId: 'o2' })).rejects.toMatchObject({ name: 'Error' });
  });
});

describe('the fence', () => {
  it('finds the order for its current run only, and only in its status', async () => {
    const { rt } = await createSteps({ cancelled: true });
    const findOrder = findOrderForRun(rt);
    expect(await findOrder(stepOf(2), 'cancelling')).toMatchObject({ id, total: anOrder().total });
    expect(await findOrder(stepOf(1), 'cancelling')).toBeUndefined();
    expect(await findOrder(stepOf(2), 'placed')).toBeUndefined();
    expect(await findOrder({ ...stepOf(2), orderId: 'o2' as Order['id'] }, 'cancelling')).toBeUndefined();
  });
});
