import { describe, expect, it } from 'vitest';
import { cancelByCustomer } from '#orders/domain/customer';
import { type Order, restart } from '#orders/domain/order';
import { orderTable } from '#orders/table/order-table';
import { closedBreaker } from '#payments/domain/breaker';
import { chargeStep, settleStep } from '#payments/saga/steps';
import { breakerTable } from '#payments/table/breaker-table';
import { paymentTable } from '#payments/table/payment-table';
import { defaultTimes } from '#platform/runtime/times';
import { refundByHand } from '#sandbox/domain/charge';
import { chargeTable } from '#sandbox/table/charge-table';
import { allowRefund, captureKeyByHand, changeCharge } from '#sandbox/use-cases/provide';
import { invocation } from '../fixtures/invocation.ts';
import { anOrder, moment } from '../fixtures/order.ts';
import { key, orderId, tenantId } from './fixtures/payment.ts';
import { sandboxRuntime } from './fixtures/sandbox-runtime.ts';

const createPayment = async (token = 'tok_ok') => {
  const { rt, provider } = sandboxRuntime();
  const orders = orderTable(rt);
  const placed = await orders.putIfAbsent(anOrder({ payment: { token } }));
  const breakers = breakerTable(rt, 'sandbox');
  const stepOf = (run: number) => ({ tenantId, orderId, run });
  return {
    provider,
    breakers,
    breaker: () => breakers.find(tenantId),
    allowRefund: () => allowRefund(chargeTable(rt))(key),
    charge: (run = 1) => chargeStep(rt)(stepOf(run), invocation()),
    settle: () => settleStep(rt)(stepOf(2), invocation()),
    async restart() {
      const order = (await orders.find(tenantId, orderId)) as Order;
      await orders.update(order, restart(order, moment));
    },
    async cancel() {
      const cancelling = cancelByCustomer(placed, moment);
      if (cancelling.ok) await orders.update(placed, cancelling.value);
    },
    payment: () => paymentTable(rt).find(tenantId, orderId),
    attempt: async () => (await paymentTable(rt).find(tenantId, orderId))?.attempts.at(-1),
    refundByHand: (amount: number) => changeCharge(chargeTable(rt))(key, (charge) => refundByHand(charge, amount)),
    captureByHand: () => captureKeyByHand(chargeTable(rt))({ key, amount: 55_00, currency: 'EUR' }),
    charged: () => chargeTable(rt).find(key),
  };
};

describe('the payment steps', () => {
  it.each(['tok_ok', 'tok_slow'])('charge the total, and refund it when the order is unwound: %s', async (token) => {
    const { charge, cancel, settle, attempt, charged } = await createPayment(token);
    await charge();
    expect(await attempt()).toMatchObject({ status: 'captured', captured: 55_00 });
    expect(await charged()).toMatchObject({ status: 'captured', captured: 55_00, refunded: 0, currency: 'EUR' });
    await cancel();
    await settle();
    expect(await attempt()).toMatchObject({ status: 'settled', captured: 55_00, refunded: 55_00 });
    expect(await charged()).toMatchObject({ captured: 55_00, refunded: 55_00, refunds: [`${key}.refund`] });
  });

  it.each(['tok_declined', 'tok_unlisted'])('throw PaymentDeclined if the provider declines: %s', async (token) => {
    const { charge, attempt, charged } = await createPayment(token);
    await expect(charge()).rejects.toMatchObject({ name: 'PaymentDeclined' });
    expect(await attempt()).toMatchObject({ status: 'declined' });
    expect(await charged()).toMatchObject({ status: 'declined', captured: 0 });
  });

  it('throw Superseded once the order has moved on', async () => {
    const { charge, cancel, settle, charged } = await createPayment();
    await expect(settle()).rejects.toMatchObject({ name: 'Superseded' });
    await cancel();
    await expect(charge()).rejects.toMatchObject({ name: 'Superseded' });
    expect(await charged()).toBeUndefined();
  });

  it('throw PaymentUnknown if the response is lost, and succeed on the next try', async () => {
    const { charge, provider, attempt, charged } = await createPayment();
    provider.loseResponses(1);
    await expect(charge()).rejects.toMatchObject({ name: 'PaymentUnknown' });
    expect(await attempt()).toMatchObject({ status: 'intended' });
    expect(await charged()).toMatchObject({ status: 'captured' });
    await charge();
    expect(await attempt()).toMatchObject({ status: 'captured' });
  });

  it('settle a charge whose response was lost, even if responses to the settlement are lost too', async () => {
    const { charge, cancel, settle, provider, payment, attempt, charged } = await createPayment();
    provider.loseResponses(2);
    await expect(charge()).rejects.toMatchObject({ name: 'PaymentUnknown' });
    await cancel();
    await expect(settle()).rejects.toMatchObject({ name: 'PaymentUnknown' });
    expect(await payment()).toMatchObject({ status: 'settling' });
    await settle();
    expect(await attempt()).toMatchObject({ status: 'settled', captured: 55_00, refunded: 55_00 });
    expect(await charged()).toMatchObject({ captured: 55_00, refunded: 55_00 });
  });

  it('open the breaker at the limit of failures, and then call no more: the outcome stays unknown', async () => {
    const { charge, provider, breaker, attempt } = await createPayment('tok_5xx');
    for (let failures = 1; failures <= defaultTimes.breaker.failures; failures += 1) {
      expect(await breaker()).toMatchObject({ status: 'closed' });
      await expect(charge()).rejects.toMatchObject({ name: 'PaymentUnknown' });
    }
    expect(await breaker()).toMatchObject({ status: 'open' });
    await expect(charge()).rejects.toMatchObject({ name: 'PaymentUnknown' });
    expect(provider.requests).toHaveLength(defaultTimes.breaker.failures);
    expect(await attempt()).toMatchObject({ status: 'intended' });
  });

  it('throw PaymentUnavailable while the breaker is open, and never call the provider in that run', async () => {
    const { charge, breakers, provider, attempt, cancel, settle } = await createPayment();
    await breakers.update(tenantId, closedBreaker, {
      ...closedBreaker,
      status: 'open',
      until: '2027-01-01',
      version: 1,
    });
    for (const _ of ['once', 'again']) await expect(charge()).rejects.toMatchObject({ name: 'PaymentUnavailable' });
    expect(await attempt()).toMatchObject({ status: 'closed' });
    await cancel();
    await settle();
    expect(await attempt()).toMatchObject({ status: 'settled', captured: 0 });
    expect(provider.requests).toEqual([]);
  });

  it('throw SettlementRefused if the provider refuses the refund, and succeed once it allows it', async () => {
    const { charge, cancel, settle, payment, attempt, charged, allowRefund } =
      await createPayment('tok_refund_refused');
    await charge();
    await cancel();
    await expect(settle()).rejects.toMatchObject({ name: 'SettlementRefused' });
    expect(await payment()).toMatchObject({ status: 'settling' });
    await allowRefund();
    await settle();
    expect(await attempt()).toMatchObject({ status: 'settled', captured: 55_00, refunded: 55_00 });
    expect(await charged()).toMatchObject({ captured: 55_00, refunded: 55_00 });
  });

  it('throw PaymentUnresolved while a part is refunded by hand, and charge again once the rest is', async () => {
    const { charge, restart, provider, refundByHand, attempt, payment } = await createPayment();
    provider.loseResponses(1);
    await expect(charge()).rejects.toMatchObject({ name: 'PaymentUnknown' });
    await refundByHand(5_00);
    await expect(charge()).rejects.toMatchObject({ name: 'PaymentUnresolved' });
    await refundByHand(50_00);
    await expect(charge()).rejects.toMatchObject({ name: 'PaymentUnknown' });
    await restart();
    await charge(2);
    expect(await attempt()).toMatchObject({ n: 2, key: `${key}.2`, status: 'captured', captured: 55_00 });
    expect((await payment())?.reports).toMatchObject([
      { n: 1, kind: 'refunded', amount: 5_00 },
      { n: 1, kind: 'refunded', amount: 50_00 },
    ]);
  });

  it('settle a capture that surfaces after a decline', async () => {
    const { charge, cancel, settle, captureByHand, attempt, charged } = await createPayment('tok_declined');
    await expect(charge()).rejects.toMatchObject({ name: 'PaymentDeclined' });
    await captureByHand();
    await cancel();
    await settle();
    expect(await attempt()).toMatchObject({ status: 'settled', captured: 55_00, refunded: 55_00 });
    expect(await charged()).toMatchObject({ captured: 55_00, refunded: 55_00 });
  });
});
