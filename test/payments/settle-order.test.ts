import { describe, expect, it, vi } from 'vitest';
import type { Payment } from '#payments/domain/payment';
import type { Payments } from '#payments/use-cases/ports';
import { settleOrder } from '#payments/use-cases/settle-order';
import { inMemoryPayments } from './fixtures/in-memory-payments.ts';
import { aPayment, aState, key, NOW, order, reportContradiction, step, total } from './fixtures/payment.ts';
import { scriptedProvider } from './fixtures/scripted-provider.ts';

const orders = async () => order;
const captured = { status: 'captured', captured: 55_00 } as const;
const refused = (error: string) => ({ ok: false, error });
const settle = (payments: Payments, provider: ReturnType<typeof scriptedProvider>) =>
  settleOrder({ orders, payments, provider, now: () => NOW, reportContradiction })(step);
const voiding = () => scriptedProvider({ status: [aState('absent')], void: 'voided' });

it('reads the order first', async () => {
  const { written, payments } = inMemoryPayments();
  const findOrder = vi.fn(async () => undefined);
  const settleWith = settleOrder({
    orders: findOrder,
    payments,
    provider: voiding(),
    now: () => NOW,
    reportContradiction,
  });
  expect(await settleWith(step)).toEqual(refused('superseded'));
  expect(findOrder).toHaveBeenCalledWith(step, 'cancelling');
  expect(written).toEqual([]);
});

it('stores a tombstone if nothing was ever sent', async () => {
  const { written, payments } = inMemoryPayments();
  const provider = voiding();
  expect(await settle(payments, provider)).toMatchObject({ ok: true });
  expect(written).toEqual([aPayment({ status: 'settled', attempts: [] })]);
  expect(provider.status).not.toHaveBeenCalled();
});

it('stores nothing for a free order', async () => {
  const { written, payments } = inMemoryPayments();
  const free = async () => ({ ...order, total: { ...total, amount: 0 } });
  const provider = voiding();
  expect(await settleOrder({ orders: free, payments, provider, now: () => NOW, reportContradiction })(step)).toEqual({
    ok: true,
    value: undefined,
  });
  expect(written).toEqual([]);
  expect(provider.status).not.toHaveBeenCalled();
});

it('settles what is closed without a call of the provider', async () => {
  const { written, payments } = inMemoryPayments(aPayment({}, { status: 'closed', run: 1 }));
  const provider = voiding();
  expect(await settle(payments, provider)).toMatchObject({ ok: true });
  expect(written.at(-1)).toEqual(aPayment({ status: 'settled', version: 2 }, { status: 'settled' }));
  expect(provider.status).not.toHaveBeenCalled();
});

it.each(['intended', 'declined'] as const)(
  'marks the payment before it voids an attempt that is %s, and refunds nothing that was not captured',
  async (status) => {
    const { written, payments } = inMemoryPayments(aPayment({}, { status }));
    const provider = voiding();
    provider.void.mockImplementation(async () => {
      expect(written.at(-1)?.status).toBe('settling');
      return 'voided';
    });
    expect(await settle(payments, provider)).toMatchObject({ ok: true });
    expect(provider.void.mock.calls).toEqual([[key]]);
    expect(provider.refund).not.toHaveBeenCalled();
    expect(written.at(-1)).toEqual(aPayment({ status: 'settled', version: 3 }, { status: 'settled' }));
  },
);

it('returns what was captured by every attempt, and stores each when it is done', async () => {
  const { written, payments } = inMemoryPayments(
    aPayment({}, { status: 'settled', captured: 55_00, refunded: 20_00 }, { status: 'declined' }, captured),
  );
  const provider = scriptedProvider({
    status: [aState('captured', { refunded: 20_00 }), aState('declined'), aState('captured')],
    void: 'voided',
    refund: 'refunded',
  });
  expect(await settle(payments, provider)).toEqual({ ok: true, value: written.at(-1) });
  expect(provider.refund.mock.calls).toEqual([
    [key, `${key}.refund`, { amount: 35_00, currency: 'EUR' }],
    [`${key}.3`, `${key}.3.refund`, total],
  ]);
  expect(written.map(({ status }) => status)).toEqual(['open', 'settling', 'settling', 'settling', 'settled']);
  expect(written.at(-1)?.attempts).toMatchObject([
    { status: 'settled', captured: 55_00, refunded: 55_00 },
    { status: 'settled', captured: 0 },
    { status: 'settled', captured: 55_00, refunded: 55_00 },
  ]);
});

describe('what is not certain', () => {
  it('leaves the payment settling, and the next try calls the provider again', async () => {
    const { written, payments } = inMemoryPayments(aPayment());
    expect(await settle(payments, scriptedProvider())).toEqual(refused('unknown'));
    expect(written.at(-1)?.status).toBe('settling');
    expect(await settle(payments, voiding())).toMatchObject({ ok: true });
    expect(written.map(({ status }) => status)).toEqual(['open', 'settling', 'settled']);
  });

  it('does not keep the other attempts, if the provider refuses it', async () => {
    const { written, payments } = inMemoryPayments(aPayment({}, { status: 'declined' }, captured));
    const provider = scriptedProvider({
      status: [aState('captured', { currency: 'USD' }), aState('captured')],
      refund: 'refunded',
    });
    expect(await settle(payments, provider)).toEqual(refused('refused'));
    expect(written.at(-1)).toMatchObject({
      status: 'settling',
      attempts: [{ status: 'declined' }, { status: 'settled', refunded: 55_00 }],
    });
    expect(await settle(payments, voiding())).toMatchObject({ ok: true, value: { status: 'settled' } });
  });
});

it.each<[string, Payment]>([
  ['before the call of the provider', aPayment()],
  ['after it', aPayment({ status: 'settling' })],
])('returns contended if it loses a race %s', async (_, existing) => {
  const { payments } = inMemoryPayments(existing);
  expect(await settle({ ...payments, update: async () => false }, voiding())).toEqual(refused('contended'));
});
