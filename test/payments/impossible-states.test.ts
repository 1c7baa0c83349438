import { describe, expect, it, vi } from 'vitest';
import { cancelByCustomer } from '#orders/domain/customer';
import { orderTable } from '#orders/table/order-table';
import { sign } from '#payments/http/signature';
import { callbacks } from '#payments/payments.lambda';
import { chargeStep, settleStep } from '#payments/saga/steps';
import { strayKey } from '#payments/table/keys';
import { paymentTable } from '#payments/table/payment-table';
import { invocation } from '../fixtures/invocation.ts';
import { anOrder, moment } from '../fixtures/order.ts';
import { request } from '../fixtures/request.ts';
import { aPayment, aState, key, orderId, tenantId, total } from './fixtures/payment.ts';
import { CALLBACK_SECRET, sandboxRuntime } from './fixtures/sandbox-runtime.ts';

const captured = { status: 'captured', captured: 55_00 } as const;

/** States that no provider may return, with what the log must name. */
const impossible = [
  ['captures more than the total', { captured: 60_00 }],
  ['captures another currency', { currency: 'USD' }],
  ['has refunded more than it captured', { refunded: 55_01 }],
  ['has captured less than nothing', { captured: -1 }],
  ['has refunded less than nothing', { refunded: -1 }],
  ['has captured a fraction of a cent', { captured: 55_00.5 }],
  ['has captured more than a number can count', { captured: 1e300 }],
] as const;

/** The payment steps and callbacks of an order, with a provider that answers every call of a state with this one. */
const createPayments = async (change: object, payment?: ReturnType<typeof aPayment>) => {
  const sandbox = sandboxRuntime();
  const { rt, itemAt } = sandbox;
  const logged = vi.spyOn(rt.logger, 'error');
  sandbox.provider.answerStates({ ...aState('captured'), ...change });
  const orders = orderTable(rt);
  const placed = await orders.putIfAbsent(anOrder());
  if (payment) await paymentTable(rt).putIfAbsent(payment);
  return {
    charge: () => chargeStep(rt)({ tenantId, orderId, run: 1 }, invocation()),
    async settle() {
      const cancelling = cancelByCustomer(placed, moment);
      if (cancelling.ok) await orders.update(placed, cancelling.value);
      await settleStep(rt)({ tenantId, orderId, run: 2 }, invocation());
    },
    callBack: (status: string, chargeKey = key) => {
      const text = JSON.stringify({ key: chargeKey, status, ...total });
      const t = `${Math.floor(rt.now().getTime() / 1_000)}`;
      const headers = { 'Breakwater-Signature': `t=${t},v1=${sign(CALLBACK_SECRET, t, text)}` };
      return request(callbacks.create(rt), { method: 'POST', path: '/v1/providers/sandbox/callbacks', text, headers });
    },
    stray: (chargeKey = key) => itemAt(strayKey(tenantId, chargeKey)),
    /** What was logged as an error. */
    errors: () => logged.mock.calls.map(([, details]) => details),
  };
};

describe.each(impossible)('a provider that %s', (_, change) => {
  it('parks the order whose charge learns it, and names it in the log', async () => {
    const { charge, errors } = await createPayments(change);
    await expect(charge()).rejects.toMatchObject({ name: 'PaymentUnresolved' });
    expect(errors()).toMatchObject([{ charge: key, because: expect.any(String), state: change }]);
  });

  it('is 200 in a callback, which a person gets to know of, and names it in the log', async () => {
    const { callBack, stray, errors } = await createPayments(change, aPayment());
    for (const repeated of ['captured', 'captured']) expect(await callBack(repeated)).toMatchObject({ status: 200 });
    expect(await stray()).toBeDefined();
    expect(errors()[0]).toMatchObject({ charge: key, because: expect.any(String), state: change });
  });

  it('is 200 in a callback about a charge that belongs to no order', async () => {
    const { callBack, stray } = await createPayments(change);
    for (const repeated of ['captured', 'captured'])
      expect(await callBack(repeated, `${tenantId}.absent`)).toMatchObject({ status: 200 });
    expect(await stray(`${tenantId}.absent`)).toBeDefined();
  });
});

describe.each(impossible.filter(([name]) => name !== 'captures more than the total'))(
  'a provider that %s',
  (_, change) => {
    it('parks the order that is unwound, and names it in the log', async () => {
      const { settle, errors } = await createPayments(change, aPayment({}, captured));
      await expect(settle()).rejects.toMatchObject({ name: 'SettlementRefused' });
      expect(errors()).toMatchObject([{ charge: key, because: expect.any(String), state: change }]);
    });
  },
);
