import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Callback } from '#payments/contract';
import type { Attempt } from '#payments/domain/attempt';
import { handleCallback } from '#payments/use-cases/handle-callback';
import type { Attempts, Provider } from '#payments/use-cases/ports';
import { anAttempt, key, total } from './fixtures/attempt.ts';
import { inMemoryAttempts } from './fixtures/in-memory-attempts.ts';

const createProvider = (outcome: Awaited<ReturnType<Provider['refund']>> = 'refunded') => ({
  charge: vi.fn<Provider['charge']>(),
  void: vi.fn<Provider['void']>(),
  refund: vi.fn<Provider['refund']>(async () => outcome),
});
const callbackOf = (status: Callback['status'], change: Partial<Callback> = {}): Callback => ({
  ...{ key, status, ...total },
  ...change,
});
const refused = (error: string) => ({ ok: false, error });

describe('a capture', () => {
  it('of an intended charge is recorded, once', async () => {
    const { written, attempts } = inMemoryAttempts(anAttempt());
    const provider = createProvider();
    const handle = handleCallback({ attempts, provider });
    const recorded = { ok: true, value: anAttempt({ status: 'captured', captured: 55_00, version: 2 }) };
    expect(await handle(callbackOf('captured'))).toEqual(recorded);
    expect(await handle(callbackOf('captured'))).toEqual(recorded);
    expect(written).toHaveLength(2);
    expect(provider.refund).not.toHaveBeenCalled();
  });

  it.each(['settled', 'closed', 'declined'] as const)('of an attempt that is %s is refunded, once', async (status) => {
    const { written, attempts } = inMemoryAttempts(anAttempt({ status }));
    const provider = createProvider();
    const handle = handleCallback({ attempts, provider });
    for (const _ of ['once', 'again']) expect(await handle(callbackOf('captured'))).toMatchObject({ ok: true });
    expect(provider.refund.mock.calls).toEqual([[key, `${key}.refund`, total]]);
    expect(written.at(-1)).toEqual(anAttempt({ status, captured: 55_00, refunded: 55_00, version: 2 }));
    expect(written).toHaveLength(2);
  });

  it.each([
    ['unknown', 'unknown'],
    ['refused', 'refund_refused'],
  ] as const)(
    'whose refund is %s is not acknowledged, and a repeat requests the refund again',
    async (outcome, error) => {
      const { written, attempts } = inMemoryAttempts(anAttempt({ status: 'settled' }));
      expect(await handleCallback({ attempts, provider: createProvider(outcome) })(callbackOf('captured'))).toEqual(
        refused(error),
      );
      expect(written).toHaveLength(1);
      expect(await handleCallback({ attempts, provider: createProvider() })(callbackOf('captured'))).toMatchObject({
        ok: true,
      });
      expect(written.at(-1)).toMatchObject({ refunded: 55_00 });
    },
  );

  it('is not acknowledged while the attempt is being settled', async () => {
    const { written, attempts } = inMemoryAttempts(anAttempt({ status: 'settling' }));
    const provider = createProvider();
    expect(await handleCallback({ attempts, provider })(callbackOf('captured'))).toEqual(refused('contended'));
    expect(written).toHaveLength(1);
    expect(provider.refund).not.toHaveBeenCalled();
  });

  it.each([{ amount: 54_99 }, { currency: 'USD' }])('with another amount is refused: %j', async (change) => {
    const { written, attempts } = inMemoryAttempts(anAttempt());
    const handle = handleCallback({ attempts, provider: createProvider() });
    expect(await handle(callbackOf('captured', change))).toEqual(refused('wrong_amount'));
    expect(written).toHaveLength(1);
  });
});

it.each<[Callback['status'], Attempt['status'], Attempt['status']]>([
  ['declined', 'intended', 'declined'],
  ['declined', 'captured', 'captured'],
  ['declined', 'settling', 'settling'],
  ['declined', 'settled', 'settled'],
  ['refunded', 'intended', 'intended'],
  ['refunded', 'captured', 'captured'],
  ['refunded', 'settling', 'settling'],
])('a callback of %s for an attempt that is %s leaves it %s', async (status, from, to) => {
  const { written, attempts } = inMemoryAttempts(anAttempt({ status: from }));
  expect(await handleCallback({ attempts, provider: createProvider() })(callbackOf(status))).toMatchObject({
    ok: true,
  });
  expect(written.at(-1)?.status).toBe(to);
});

it('refuses a callback without an attempt', async () => {
  const { attempts } = inMemoryAttempts();
  expect(await handleCallback({ attempts, provider: createProvider() })(callbackOf('captured'))).toEqual(
    refused('charge_not_found'),
  );
});

it('returns contended after several lost races', async () => {
  const { attempts } = inMemoryAttempts(anAttempt());
  const losingRace: Attempts = { ...attempts, update: async () => false };
  const result = await handleCallback({ attempts: losingRace, provider: createProvider() })(callbackOf('captured'));
  expect(result).toEqual(refused('contended'));
});

it('keeps no capture of a settled order and loses none of an intended one, for callbacks in any order and number', () =>
  // Fails if an unknown refund is acknowledged, or if a repeat is refunded under another key or recorded twice.
  fc.assert(
    fc.asyncProperty(
      fc.record({
        status: fc.constantFrom('intended' as const, 'settled' as const, 'closed' as const),
        statuses: fc.array(fc.constantFrom('captured' as const, 'refunded' as const), { maxLength: 6 }),
      }),
      fc.infiniteStream(fc.boolean()),
      fc.scheduler(),
      async ({ status, statuses }, toss, s) => {
        const { written, attempts } = inMemoryAttempts(anAttempt({ status }));
        const nextTurn = () => s.schedule(Promise.resolve());
        const keys = new Set<string>();
        const provider: Provider = {
          ...createProvider(),
          async refund(_, refundKey) {
            await nextTurn();
            keys.add(refundKey);
            return toss.next().value ? 'unknown' : 'refunded';
          },
        };
        const slow: Attempts = {
          ...attempts,
          find: (...args) => nextTurn().then(() => attempts.find(...args)),
          update: (...args) => nextTurn().then(() => attempts.update(...args)),
        };
        const handle = handleCallback({ attempts: slow, provider });
        const results = await s.waitFor(Promise.all(statuses.map((reported) => handle(callbackOf(reported)))));
        const isCaptured = results.some(({ ok }, n) => ok && statuses[n] === 'captured');
        const { captured = 0, refunded = 0 } = written.at(-1) ?? {};
        expect(captured).toBe(isCaptured ? 55_00 : 0);
        expect(refunded).toBe(isCaptured && status !== 'intended' ? 55_00 : 0);
        expect(keys.size).toBeLessThanOrEqual(1);
        expect(written.length).toBeLessThanOrEqual(2);
      },
    ),
    { numRuns: 500 },
  ));
