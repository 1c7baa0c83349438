import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { FindOrderForRun } from '#orders/contract';
import { type Breaker, closedBreaker } from '#payments/domain/breaker';
import { chargeOrder } from '#payments/use-cases/charge-order';
import { circuitBreaker } from '#payments/use-cases/circuit-breaker';
import type { Attempts, Breakers } from '#payments/use-cases/ports';
import { settleOrder } from '#payments/use-cases/settle-order';
import type { Charges } from '#sandbox/use-cases/ports';
import { inMemoryCharges } from '../fixtures/in-memory-charges.ts';
import { inMemoryProvider } from '../fixtures/in-memory-provider.ts';
import { key, order, step } from './fixtures/attempt.ts';
import { inMemoryAttempts } from './fixtures/in-memory-attempts.ts';
import { at, inMemoryBreakers, limits } from './fixtures/in-memory-breakers.ts';

type Makes = 'captured' | 'declined' | 'pending';
const unwinding = { ...step, run: 2 };

type Payment = {
  readonly makes: Makes;
  /** Whether the provider's next response gets lost. */
  readonly isLost: () => boolean;
  readonly breaker?: Breaker;
};

/** The money of one order. The scheduler decides when each call takes effect. */
const createPayment = (s: fc.Scheduler, { makes, isLost, breaker = closedBreaker }: Payment) => {
  const nextTurn = () => s.schedule(Promise.resolve());
  const { rows, charges } = inMemoryCharges();
  const { written, attempts } = inMemoryAttempts();
  let captures = 0;
  let status: 'placed' | 'cancelling' = 'placed';

  const counted: Charges = {
    ...charges,
    async putIfAbsent(charge) {
      const stored = await charges.putIfAbsent(charge);
      if (stored === charge && charge.status === 'captured') captures += 1;
      return stored;
    },
    async update(from, to) {
      const isUpdated = await charges.update(from, to);
      if (isUpdated && from.captured === 0 && to.captured > 0) captures += 1;
      return isUpdated;
    },
  };
  const slowCharges: Charges = {
    find: (...args) => nextTurn().then(() => counted.find(...args)),
    putIfAbsent: (...args) => nextTurn().then(() => counted.putIfAbsent(...args)),
    update: (...args) => nextTurn().then(() => counted.update(...args)),
  };
  const slowAttempts: Attempts = {
    find: (...args) => nextTurn().then(() => attempts.find(...args)),
    putIfAbsent: (...args) => nextTurn().then(() => attempts.putIfAbsent(...args)),
    update: (...args) => nextTurn().then(() => attempts.update(...args)),
  };
  const orders: FindOrderForRun = async ({ run }, requiredStatus) => {
    await nextTurn();
    return status === requiredStatus && run === (status === 'placed' ? 1 : 2) ? order : undefined;
  };
  const { breakers } = inMemoryBreakers(breaker);
  const slowBreakers: Breakers = {
    find: (...args) => nextTurn().then(() => breakers.find(...args)),
    update: (...args) => nextTurn().then(() => breakers.update(...args)),
  };
  const ports = (isLossy: boolean) => ({
    orders,
    breaker: circuitBreaker(slowBreakers, { now: () => at(0), limits: { ...limits, failures: 2 } }),
    attempts: slowAttempts,
    provider: inMemoryProvider(slowCharges, { makes, isLost: isLossy ? isLost : () => false }),
  });
  return {
    charge: () => chargeOrder(ports(true))(step),
    settle: (isLossy: boolean) => settleOrder(ports(isLossy))(unwinding),
    cancel: async () => {
      await nextTurn();
      status = 'cancelling';
    },
    written,
    charged: () => rows.get(key),
    captures: () => captures,
  };
};

const coin = fc.infiniteStream(fc.boolean());
const makes = fc.constantFrom<Makes>('captured', 'declined', 'pending');
const open: Breaker = { status: 'open', generation: 1, failures: [], until: at(1), version: 3 };
const anyBreaker = fc.constantFrom(closedBreaker, open);

it('keeps no money of an unwound order, in any interleaving and with any lost responses', () =>
  // Invariants 3 and 5. Fails if settle treats an unknown outcome as a void, refunds nothing, or refunds under another key each
  // time; and if charge sends before its intent is stored, or ignores a tombstone.
  fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.record({ makes, breaker: anyBreaker }),
      coin,
      async (s, { makes, breaker }, toss) => {
        const { charge, settle, cancel, written, charged, captures } = createPayment(s, {
          makes,
          isLost: () => toss.next().value,
          breaker,
        });
        const cancelAndSettle = async () => {
          await cancel();
          await Promise.all([settle(true), settle(true)]);
        };
        await s.waitFor(Promise.all([charge(), charge(), cancelAndSettle()]));
        // the saga's retries: once responses of the provider arrive, two tries are enough
        const [retry, secondRetry] = [await s.waitFor(settle(false)), await s.waitFor(settle(false))];
        expect(retry.ok || secondRetry.ok).toBe(true);

        const net = () => (charged()?.captured ?? 0) - (charged()?.refunded ?? 0);
        expect(net()).toBe(0);
        expect(captures()).toBeLessThanOrEqual(1);
        const settled = written.at(-1);
        expect(settled).toMatchObject({ status: 'settled' });
        expect((settled?.captured ?? 0) - (settled?.refunded ?? 0)).toBe(0);

        const late = await s.waitFor(charge());
        expect(late.ok).toBe(false);
        expect(written.at(-1)).toBe(settled);
        expect(net()).toBe(0);
      },
    ),
    { numRuns: 1_000 },
  ));

it('captures once and reports it, for any number of charges and with any lost responses', () =>
  // Invariant 4. Fails if each try has another key at the provider, or if an unknown outcome is treated as a refusal.
  fc.assert(
    fc.asyncProperty(fc.scheduler(), makes, coin, async (s, makes, toss) => {
      const { charge, written, captures } = createPayment(s, { makes, isLost: () => toss.next().value });
      const results = await s.waitFor(Promise.all([charge(), charge(), charge()]));
      expect(captures()).toBe(makes === 'declined' ? 0 : 1);
      for (const result of results) {
        if (result.ok) expect(result.value.status).toBe('captured');
        else expect(result.error).toBeOneOf(makes === 'declined' ? ['declined', 'unknown'] : ['unknown']);
      }
      expect(written.length).toBeLessThanOrEqual(2);
    }),
    { numRuns: 500 },
  ));
