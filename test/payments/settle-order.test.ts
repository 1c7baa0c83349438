import { describe, expect, it, vi } from 'vitest';
import type { Attempt } from '#payments/domain/attempt';
import type { Provider } from '#payments/use-cases/ports';
import { settleOrder } from '#payments/use-cases/settle-order';
import { anAttempt, key, order, step, total } from './fixtures/attempt.ts';
import { inMemoryAttempts } from './fixtures/in-memory-attempts.ts';

const orders = async () => order;
const respondingWith = (
  voidOutcome: Awaited<ReturnType<Provider['void']>>,
  refundOutcome: Awaited<ReturnType<Provider['refund']>> = 'unknown',
) => ({
  charge: vi.fn<Provider['charge']>(),
  void: vi.fn<Provider['void']>(async () => voidOutcome),
  refund: vi.fn<Provider['refund']>(async () => refundOutcome),
});
const refused = (error: string) => ({ ok: false, error });

it('reads the order first', async () => {
  const { written, attempts } = inMemoryAttempts();
  const findOrder = vi.fn(async () => undefined);
  const provider = respondingWith('voided');
  expect(await settleOrder({ orders: findOrder, attempts, provider })(step)).toEqual(refused('superseded'));
  expect(findOrder).toHaveBeenCalledWith(step, 'cancelling');
  expect(written).toEqual([]);
});

it('stores a tombstone if nothing was ever sent', async () => {
  const { written, attempts } = inMemoryAttempts();
  const provider = respondingWith('voided');
  expect(await settleOrder({ orders, attempts, provider })(step)).toMatchObject({ ok: true });
  expect(written).toEqual([anAttempt({ status: 'settled' })]);
  expect(provider.void).not.toHaveBeenCalled();
});

it.each(['declined', 'closed'] as const)(
  'settles an attempt that is %s without a call of the provider',
  async (status) => {
    const { written, attempts } = inMemoryAttempts(anAttempt({ status }));
    const provider = respondingWith('voided');
    expect(await settleOrder({ orders, attempts, provider })(step)).toMatchObject({ ok: true });
    expect(written.map(({ status }) => status)).toEqual([status, 'settled']);
    expect(provider.void).not.toHaveBeenCalled();
  },
);

it('marks the attempt before it voids the charge, and refunds nothing that was not captured', async () => {
  const { written, attempts } = inMemoryAttempts(anAttempt());
  const provider = respondingWith('voided');
  provider.void.mockImplementation(async () => {
    expect(written.at(-1)?.status).toBe('settling');
    return 'voided';
  });
  expect(await settleOrder({ orders, attempts, provider })(step)).toMatchObject({ ok: true });
  expect(provider.void.mock.calls).toEqual([[key]]);
  expect(provider.refund).not.toHaveBeenCalled();
  expect(written.at(-1)).toMatchObject({ status: 'settled', captured: 0, refunded: 0 });
});

it('refunds the whole captured amount, under a separate key', async () => {
  const { written, attempts } = inMemoryAttempts(anAttempt({ status: 'captured', captured: 55_00 }));
  const provider = respondingWith('captured', 'refunded');
  expect(await settleOrder({ orders, attempts, provider })(step)).toEqual({ ok: true, value: written.at(-1) });
  expect(provider.refund.mock.calls).toEqual([[key, `${key}.refund`, total]]);
  expect(written.at(-1)).toMatchObject({ status: 'settled', captured: 55_00, refunded: 55_00 });
});

describe('an unknown outcome', () => {
  it.each([
    ['of the void', respondingWith('unknown')],
    ['of the refund', respondingWith('captured', 'unknown')],
  ])('%s leaves the attempt settling, and the next try calls the provider again', async (_, provider) => {
    const { written, attempts } = inMemoryAttempts(anAttempt());
    expect(await settleOrder({ orders, attempts, provider })(step)).toEqual(refused('unknown'));
    expect(written.at(-1)?.status).toBe('settling');
    expect(await settleOrder({ orders, attempts, provider: respondingWith('voided') })(step)).toMatchObject({
      ok: true,
    });
    expect(written.map(({ status }) => status)).toEqual(['intended', 'settling', 'settled']);
  });
});

describe('a permanent refusal', () => {
  it.each([
    ['of the void', respondingWith('refused')],
    ['of the refund', respondingWith('captured', 'refused')],
  ])('%s leaves the attempt settling, so that a later run can continue', async (_, provider) => {
    const { written, attempts } = inMemoryAttempts(anAttempt());
    expect(await settleOrder({ orders, attempts, provider })(step)).toEqual(refused('refused'));
    expect(written.map(({ status }) => status)).toEqual(['intended', 'settling']);
    const allowed = respondingWith('captured', 'refunded');
    expect(await settleOrder({ orders, attempts, provider: allowed })(step)).toMatchObject({ ok: true });
    expect(written.at(-1)).toMatchObject({ status: 'settled', captured: 55_00, refunded: 55_00 });
  });
});

it.each<[string, Attempt]>([
  ['before the call of the provider', anAttempt()],
  ['after it', anAttempt({ status: 'settling' })],
])('returns contended if it loses a race %s', async (_, existing) => {
  const { attempts } = inMemoryAttempts(existing);
  const losingRace = { ...attempts, update: async () => false };
  expect(await settleOrder({ orders, attempts: losingRace, provider: respondingWith('voided') })(step)).toEqual(
    refused('contended'),
  );
});
