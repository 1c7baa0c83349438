import { describe, expect, it, vi } from 'vitest';
import { closedBreaker } from '#payments/domain/breaker';
import { probe } from '#payments/payments.lambda';
import { breakerTable } from '#payments/table/breaker-table';
import { paymentTable } from '#payments/table/payment-table';
import { createCharge } from '#sandbox/domain/charge';
import { chargeTable } from '#sandbox/table/charge-table';
import { invocation } from '../fixtures/invocation.ts';
import { aPayment, key, orderId, tenantId, total } from './fixtures/payment.ts';
import { sandboxRuntime } from './fixtures/sandbox-runtime.ts';

const createProbe = () => {
  const { rt: base, provider } = sandboxRuntime();
  const metric = vi.fn<typeof base.metric>();
  const rt: typeof base = Object.create(base, { metric: { value: metric } });
  return { rt, metric, provider, run: () => probe.create(rt)(undefined, invocation(55_000)) };
};
const owed = aPayment({ status: 'settled' }, { status: 'settled', captured: 55_00 });
const charge = { key, ...total };

describe('every minute', () => {
  it('a breaker that is due is probed by reading a key, and closed', async () => {
    const { rt, provider, run } = createProbe();
    const breakers = breakerTable(rt, 'sandbox');
    const opened = { ...closedBreaker, status: 'open', until: rt.now().toISOString(), version: 1 } as const;
    await breakers.update(tenantId, closedBreaker, opened);
    await run();
    expect(provider.requests).toEqual([{ path: '/sandbox/charges/t1.probe/state', body: undefined }]);
    expect(await breakers.find(tenantId)).toMatchObject({ status: 'closed' });
    await run();
    expect(provider.requests).toHaveLength(1);
  });

  it('money that no order wants is returned', async () => {
    const { rt, metric, run } = createProbe();
    await paymentTable(rt).putIfAbsent(owed);
    await chargeTable(rt).putIfAbsent(createCharge(charge, 'captured'));
    await run();
    expect(await chargeTable(rt).find(key)).toMatchObject({ captured: 55_00, refunded: 55_00 });
    expect((await paymentTable(rt).find(tenantId, orderId))?.attempts).toMatchObject([{ refunded: 55_00 }]);
    expect(metric).not.toHaveBeenCalled();
  });

  it('what the provider does not return is counted, and tried again', async () => {
    const { rt, metric, run } = createProbe();
    await paymentTable(rt).putIfAbsent(owed);
    await chargeTable(rt).putIfAbsent(createCharge(charge, 'captured', { refusesRefunds: true }));
    for (const _ of ['once', 'again']) await run();
    expect(metric.mock.calls).toEqual([
      ['ReturnsRefused', 1],
      ['ReturnsRefused', 1],
    ]);
  });
});
