import { describe, expect, it } from 'vitest';
import { cancelByCustomer } from '#orders/domain/customer';
import { orderTable } from '#orders/table/order-table';
import { closedBreaker } from '#payments/domain/breaker';
import { chargeTask } from '#payments/saga/charge.task';
import { settleTask } from '#payments/saga/settle.task';
import { attemptTable } from '#payments/table/attempt-table';
import { breakerTable } from '#payments/table/breaker-table';
import { defaultTimes } from '#platform/runtime/times';
import { chargeTable } from '#sandbox/table/charge-table';
import { allowRefund } from '#sandbox/use-cases/provide';
import { anOrder, at, limits } from '../orders/fixtures/order.ts';
import { invocation } from '../platform/fixtures/invocation.ts';
import { key, orderId, tenantId } from './fixtures/attempt.ts';
import { sandboxWorld } from './fixtures/sandbox-world.ts';

const till = async (token = 'tok_ok') => {
  const { rt, provider } = sandboxWorld();
  const orders = orderTable(rt);
  const placed = await orders.putIfAbsent(anOrder({ payment: { token } }));
  const breakers = breakerTable(rt, 'sandbox');
  const stepOf = (run: number) => ({ tenantId, orderId, run });
  return {
    provider,
    breakers,
    breaker: () => breakers.find(tenantId),
    allowRefund: () => allowRefund(chargeTable(rt))(key),
    charge: () => chargeTask(rt)(stepOf(1), invocation()),
    settle: () => settleTask(rt)(stepOf(2), invocation()),
    async cancel() {
      const cancelling = cancelByCustomer(placed, at, limits);
      if (cancelling.ok) await orders.update(placed, cancelling.value);
    },
    attempt: () => attemptTable(rt).find(tenantId, orderId),
    charged: () => chargeTable(rt).find(key),
  };
};

describe('the tasks of money', () => {
  it.each(['tok_ok', 'tok_slow'])('charge the total, and give it back when the order is unwound: %s', async (token) => {
    const { charge, cancel, settle, attempt, charged } = await till(token);
    await charge();
    expect(await attempt()).toMatchObject({ status: 'captured', captured: 55_00 });
    expect(await charged()).toMatchObject({ status: 'captured', captured: 55_00, refunded: 0, currency: 'EUR' });
    await cancel();
    await settle();
    expect(await attempt()).toMatchObject({ status: 'settled', captured: 55_00, refunded: 55_00 });
    expect(await charged()).toMatchObject({ captured: 55_00, refunded: 55_00, refunds: [`${key}.refund`] });
  });

  it.each(['tok_declined', 'tok_of_nobody'])('say by name that the provider declined: %s', async (token) => {
    const { charge, attempt, charged } = await till(token);
    await expect(charge()).rejects.toMatchObject({ name: 'PaymentDeclined' });
    expect(await attempt()).toMatchObject({ status: 'declined' });
    expect(await charged()).toMatchObject({ status: 'declined', captured: 0 });
  });

  it('are superseded by name once the order has moved on', async () => {
    const { charge, cancel, settle, charged } = await till();
    await expect(settle()).rejects.toMatchObject({ name: 'Superseded' });
    await cancel();
    await expect(charge()).rejects.toMatchObject({ name: 'Superseded' });
    expect(await charged()).toBeUndefined();
  });

  it('take an answer that got lost for unknown, and learn by asking again', async () => {
    const { charge, provider, attempt, charged } = await till();
    provider.loseAnswers(1);
    await expect(charge()).rejects.toMatchObject({ name: 'PaymentUnknown' });
    expect(await attempt()).toMatchObject({ status: 'intended' });
    expect(await charged()).toMatchObject({ status: 'captured' });
    await charge();
    expect(await attempt()).toMatchObject({ status: 'captured' });
  });

  it('settle a charge whose answer got lost, also when the answers to that get lost', async () => {
    const { charge, cancel, settle, provider, attempt, charged } = await till();
    provider.loseAnswers(2);
    await expect(charge()).rejects.toMatchObject({ name: 'PaymentUnknown' });
    await cancel();
    await expect(settle()).rejects.toMatchObject({ name: 'PaymentUnknown' });
    expect(await attempt()).toMatchObject({ status: 'settling' });
    await settle();
    expect(await attempt()).toMatchObject({ status: 'settled', captured: 55_00, refunded: 55_00 });
    expect(await charged()).toMatchObject({ captured: 55_00, refunded: 55_00 });
  });

  it('open the breaker with failure upon failure, and then ask no more: what was sent stays unknown', async () => {
    const { charge, provider, breaker, attempt } = await till('tok_5xx');
    for (let failures = 1; failures <= defaultTimes.breaker.failures; failures += 1) {
      expect(await breaker()).toMatchObject({ status: 'closed' });
      await expect(charge()).rejects.toMatchObject({ name: 'PaymentUnknown' });
    }
    expect(await breaker()).toMatchObject({ status: 'open' });
    await expect(charge()).rejects.toMatchObject({ name: 'PaymentUnknown' });
    expect(provider.asked).toHaveLength(defaultTimes.breaker.failures);
    expect(await attempt()).toMatchObject({ status: 'intended' });
  });

  it('say by name that the provider cannot be asked, and never ask for that order', async () => {
    const { charge, breakers, provider, attempt, cancel, settle } = await till();
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
    expect(provider.asked).toEqual([]);
  });

  it('say by name that the provider gives nothing back, and go on once it does', async () => {
    const { charge, cancel, settle, attempt, charged, allowRefund } = await till('tok_refund_refused');
    await charge();
    await cancel();
    await expect(settle()).rejects.toMatchObject({ name: 'SettlementRefused' });
    expect(await attempt()).toMatchObject({ status: 'settling' });
    await allowRefund();
    await settle();
    expect(await attempt()).toMatchObject({ status: 'settled', captured: 55_00, refunded: 55_00 });
    expect(await charged()).toMatchObject({ captured: 55_00, refunded: 55_00 });
  });
});
