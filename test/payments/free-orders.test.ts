import { expect, it } from 'vitest';
import { resumeParked } from '#orders/domain/attention';
import { cancelByCustomer } from '#orders/domain/customer';
import { markNeedsAttention } from '#orders/domain/saga-step';
import { orderTable } from '#orders/table/order-table';
import { closedBreaker } from '#payments/domain/breaker';
import { sign } from '#payments/http/signature';
import { callbacks } from '#payments/payments.lambda';
import { chargeStep, settleStep } from '#payments/saga/steps';
import { breakerTable } from '#payments/table/breaker-table';
import { strayKey } from '#payments/table/keys';
import { paymentTable } from '#payments/table/payment-table';
import type { Result } from '#platform/kernel';
import { chargeTable } from '#sandbox/table/charge-table';
import { captureKeyByHand } from '#sandbox/use-cases/provide';
import { invocation } from '../fixtures/invocation.ts';
import { anOrder, moment } from '../fixtures/order.ts';
import { request } from '../fixtures/request.ts';
import { key, orderId, tenantId, total } from './fixtures/payment.ts';
import { CALLBACK_SECRET, sandboxRuntime } from './fixtures/sandbox-runtime.ts';

const expectValue = <T>(result: Result<T, unknown>): T => {
  if (!result.ok) throw new Error('the order refuses');
  return result.value;
};

/** An order without a price, whose tenant's breaker is open. */
const placeFreeOrder = async () => {
  const { rt, provider, itemAt } = sandboxRuntime();
  const breakers = breakerTable(rt, 'sandbox');
  const until = new Date(rt.now().getTime() + 60_000).toISOString();
  await breakers.update(tenantId, closedBreaker, {
    ...closedBreaker,
    status: 'open',
    generation: 1,
    until,
    version: 1,
  });
  const orders = orderTable(rt);
  let order = await orders.putIfAbsent(anOrder({ total: { ...total, amount: 0 } }));
  const change = async (next: ReturnType<typeof anOrder>) => {
    await orders.update(order, next);
    order = next;
  };
  const step = () => ({ tenantId, orderId, run: order.run });
  return {
    ...{ rt, provider, itemAt },
    charge: () => chargeStep(rt)(step(), invocation()),
    settle: () => settleStep(rt)(step(), invocation()),
    park: () => change(expectValue(markNeedsAttention(order, { run: order.run, cause: 'broken' }, moment))),
    resume: () => change(expectValue(resumeParked(order, moment))),
    cancel: () => change(expectValue(cancelByCustomer(order, moment))),
    payment: () => paymentTable(rt).find(tenantId, orderId),
  };
};

it('is charged, resumed and unwound without a call of the provider, a record or the breaker', async () => {
  const { provider, charge, park, resume, cancel, settle, payment } = await placeFreeOrder();
  await charge();
  await park();
  await resume();
  await charge();
  await cancel();
  await settle();
  expect(provider.requests).toEqual([]);
  expect(await payment()).toBeUndefined();
});

it('takes no captured money: a callback about it is received, and the capture is left to a person', async () => {
  const { rt, provider, itemAt, payment } = await placeFreeOrder();
  await captureKeyByHand(chargeTable(rt))({ key, ...total });
  const text = JSON.stringify({ key, status: 'captured', ...total });
  const t = `${Math.floor(rt.now().getTime() / 1_000)}`;
  const headers = { 'Breakwater-Signature': `t=${t},v1=${sign(CALLBACK_SECRET, t, text)}` };
  const path = '/v1/providers/sandbox/callbacks';
  expect(await request(callbacks.create(rt), { method: 'POST', path, text, headers })).toMatchObject({ status: 200 });
  expect(await itemAt(strayKey(tenantId, key))).toMatchObject({ captured: total.amount });
  expect(provider.requests.map((sent) => sent.path)).toEqual([`/sandbox/charges/${key}/state`]);
  expect(await payment()).toBeUndefined();
});
