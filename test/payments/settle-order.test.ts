import { describe, expect, it, vi } from 'vitest';
import type { Attempt } from '#payments/domain/attempt';
import type { Provider } from '#payments/use-cases/ports';
import { settleOrder } from '#payments/use-cases/settle-order';
import { anAttempt, key, order, step, total } from './fixtures/attempt.ts';
import { storedAttempts } from './fixtures/stored-attempts.ts';

const orders = async () => order;
const answering = (
  toVoid: Awaited<ReturnType<Provider['void']>>,
  toRefund: Awaited<ReturnType<Provider['refund']>> = 'unknown',
) => ({
  charge: vi.fn<Provider['charge']>(),
  void: vi.fn<Provider['void']>(async () => toVoid),
  refund: vi.fn<Provider['refund']>(async () => toRefund),
});
const refused = (error: string) => ({ ok: false, error });

it('asks the order first', async () => {
  const { written, attempts } = storedAttempts();
  const asked = vi.fn(async () => undefined);
  const provider = answering('voided');
  expect(await settleOrder({ orders: asked, attempts, provider })(step)).toEqual(refused('superseded'));
  expect(asked).toHaveBeenCalledWith(step, 'cancelling');
  expect(written).toEqual([]);
});

it('leaves a tombstone where nothing was ever sent', async () => {
  const { written, attempts } = storedAttempts();
  const provider = answering('voided');
  expect(await settleOrder({ orders, attempts, provider })(step)).toMatchObject({ ok: true });
  expect(written).toEqual([anAttempt({ status: 'settled' })]);
  expect(provider.void).not.toHaveBeenCalled();
});

it.each(['declined', 'closed'] as const)('settles a %s attempt without asking the provider', async (status) => {
  const { written, attempts } = storedAttempts(anAttempt({ status }));
  const provider = answering('voided');
  expect(await settleOrder({ orders, attempts, provider })(step)).toMatchObject({ ok: true });
  expect(written.map(({ status }) => status)).toEqual([status, 'settled']);
  expect(provider.void).not.toHaveBeenCalled();
});

it('marks the attempt before it voids, and refunds nothing that was not captured', async () => {
  const { written, attempts } = storedAttempts(anAttempt());
  const provider = answering('voided');
  provider.void.mockImplementation(async () => {
    expect(written.at(-1)?.status).toBe('settling');
    return 'voided';
  });
  expect(await settleOrder({ orders, attempts, provider })(step)).toMatchObject({ ok: true });
  expect(provider.void.mock.calls).toEqual([[key]]);
  expect(provider.refund).not.toHaveBeenCalled();
  expect(written.at(-1)).toMatchObject({ status: 'settled', captured: 0, refunded: 0 });
});

it('refunds whole what was captured, under a key of its own', async () => {
  const { written, attempts } = storedAttempts(anAttempt({ status: 'captured', captured: 55_00 }));
  const provider = answering('captured', 'refunded');
  expect(await settleOrder({ orders, attempts, provider })(step)).toEqual({ ok: true, value: written.at(-1) });
  expect(provider.refund.mock.calls).toEqual([[key, `${key}.refund`, total]]);
  expect(written.at(-1)).toMatchObject({ status: 'settled', captured: 55_00, refunded: 55_00 });
});

describe('an outcome that nobody knows', () => {
  it.each([
    ['of the void', answering('unknown')],
    ['of the refund', answering('captured', 'unknown')],
  ])('%s leaves it settling, and the next try asks again', async (_, provider) => {
    const { written, attempts } = storedAttempts(anAttempt());
    expect(await settleOrder({ orders, attempts, provider })(step)).toEqual(refused('unknown'));
    expect(written.at(-1)?.status).toBe('settling');
    expect(await settleOrder({ orders, attempts, provider: answering('voided') })(step)).toMatchObject({ ok: true });
    expect(written.map(({ status }) => status)).toEqual(['intended', 'settling', 'settled']);
  });
});

describe('a refusal for good', () => {
  it.each([
    ['of the void', answering('refused')],
    ['of the refund', answering('captured', 'refused')],
  ])('%s leaves it settling, so that a later run goes on from there', async (_, provider) => {
    const { written, attempts } = storedAttempts(anAttempt());
    expect(await settleOrder({ orders, attempts, provider })(step)).toEqual(refused('refused'));
    expect(written.map(({ status }) => status)).toEqual(['intended', 'settling']);
    const allowed = answering('captured', 'refunded');
    expect(await settleOrder({ orders, attempts, provider: allowed })(step)).toMatchObject({ ok: true });
    expect(written.at(-1)).toMatchObject({ status: 'settled', captured: 55_00, refunded: 55_00 });
  });
});

it.each<[string, Attempt]>([
  ['before the provider is asked', anAttempt()],
  ['after it was asked', anAttempt({ status: 'settling' })],
])('says that it lost a race %s', async (_, standing) => {
  const { attempts } = storedAttempts(standing);
  const beaten = { ...attempts, update: async () => false };
  expect(await settleOrder({ orders, attempts: beaten, provider: answering('voided') })(step)).toEqual(
    refused('contended'),
  );
});
