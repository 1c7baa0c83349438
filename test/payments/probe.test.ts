import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it, vi } from 'vitest';
import { closedBreaker } from '#payments/domain/breaker';
import { probe } from '#payments/payments.lambda';
import { breakerTable } from '#payments/table/breaker-table';
import { attemptKey } from '#payments/table/keys';
import { paymentTable } from '#payments/table/payment-table';
import type { TenantId } from '#platform/kernel';
import { createCharge } from '#sandbox/domain/charge';
import { chargeTable } from '#sandbox/table/charge-table';
import { invocation } from '../fixtures/invocation.ts';
import { aPayment, key, NOW, orderId, tenantId, total } from './fixtures/payment.ts';
import { sandboxRuntime } from './fixtures/sandbox-runtime.ts';

const createProbe = () => {
  const { rt: base, provider, clock } = sandboxRuntime();
  const metric = vi.fn<typeof base.metric>();
  const rt: typeof base = Object.create(base, { metric: { value: metric } });
  return { rt, metric, provider, clock, run: () => probe.create(rt)(undefined, invocation(55_000)) };
};
const owed = aPayment({ status: 'settled', owed: { since: NOW, dueAt: NOW } }, { status: 'settled', captured: 55_00 });
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
    const { rt, metric, clock, run } = createProbe();
    await paymentTable(rt).putIfAbsent(owed);
    await chargeTable(rt).putIfAbsent(createCharge(charge, 'captured', { refusesRefunds: true }));
    for (const _ of ['once', 'again']) {
      await run();
      clock.advance(60_000);
    }
    expect(metric.mock.calls).toEqual([
      ['ReturnsRefused', 1],
      ['ReturnsRefused', 1],
    ]);
  });

  it('a breaker or a payment that cannot be read keeps it from nothing else, and then the run fails', async () => {
    const { rt, run } = createProbe();
    const due = { duePk: 'due#returns', dueSk: `${NOW}#t0#o0` };
    await rt.db.send(
      new PutCommand({ TableName: rt.env('TABLE_NAME'), Item: { ...attemptKey('t0' as TenantId, orderId), ...due } }),
    );
    await paymentTable(rt).putIfAbsent(owed);
    await chargeTable(rt).putIfAbsent(createCharge(charge, 'captured'));
    await expect(run()).rejects.toThrow('1 breakers and payments could not be read or written: the log names them');
    expect(await chargeTable(rt).find(key)).toMatchObject({ refunded: 55_00 });
  });
});
