import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { FindOrderForRun } from '#orders/contract';
import { type Breaker, closedBreaker } from '#payments/domain/breaker';
import { chargeOrder } from '#payments/use-cases/charge-order';
import { circuitBreaker } from '#payments/use-cases/circuit-breaker';
import type { Attempts, Breakers } from '#payments/use-cases/ports';
import { settleOrder } from '#payments/use-cases/settle-order';
import type { Charges } from '#sandbox/use-cases/ports';
import { storedCharges } from '../sandbox/fixtures/stored-charges.ts';
import { key, order, step } from './fixtures/attempt.ts';
import { practiceProvider } from './fixtures/practice-provider.ts';
import { storedAttempts } from './fixtures/stored-attempts.ts';
import { at, limits, storedBreakers } from './fixtures/stored-breakers.ts';

type Makes = 'captured' | 'declined' | 'pending';
const unwinding = { ...step, run: 2 };

/** One order with its money, where every call waits for its turn and any answer of the provider may get lost. */
const till = (s: fc.Scheduler, makes: Makes, loses: () => boolean, first = closedBreaker) => {
  const turn = () => s.schedule(Promise.resolve());
  const { rows, charges } = storedCharges();
  const { written, attempts } = storedAttempts();
  let captures = 0;
  let status: 'placed' | 'cancelling' = 'placed';

  const counted: Charges = {
    ...charges,
    async putIfAbsent(charge) {
      const standing = await charges.putIfAbsent(charge);
      if (standing === charge && charge.status === 'captured') captures += 1;
      return standing;
    },
    async update(from, to) {
      const moved = await charges.update(from, to);
      if (moved && from.captured === 0 && to.captured > 0) captures += 1;
      return moved;
    },
  };
  const slowCharges: Charges = {
    find: (...args) => turn().then(() => counted.find(...args)),
    putIfAbsent: (...args) => turn().then(() => counted.putIfAbsent(...args)),
    update: (...args) => turn().then(() => counted.update(...args)),
  };
  const slowAttempts: Attempts = {
    find: (...args) => turn().then(() => attempts.find(...args)),
    putIfAbsent: (...args) => turn().then(() => attempts.putIfAbsent(...args)),
    update: (...args) => turn().then(() => attempts.update(...args)),
  };
  const orders: FindOrderForRun = async ({ run }, asked) => {
    await turn();
    return status === asked && run === (status === 'placed' ? 1 : 2) ? order : undefined;
  };
  const { breakers } = storedBreakers(first);
  const slowBreakers: Breakers = {
    find: (...args) => turn().then(() => breakers.find(...args)),
    update: (...args) => turn().then(() => breakers.update(...args)),
  };
  const ports = (lossy: boolean) => ({
    orders,
    watch: circuitBreaker(slowBreakers, { now: () => at(0), limits: { ...limits, failures: 2 } }),
    attempts: slowAttempts,
    provider: practiceProvider(slowCharges, { makes, loses: lossy ? loses : () => false }),
  });
  return {
    charge: () => chargeOrder(ports(true))(step),
    settle: (lossy: boolean) => settleOrder(ports(lossy))(unwinding),
    cancel: async () => {
      await turn();
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
const health = fc.constantFrom(closedBreaker, open);

it('keeps no money of an unwound order, whatever ran when and whichever answers were lost', () =>
  // Invariants 3 and 5. Red when settle takes an unknown outcome for a void, refunds nothing, or refunds under another key each
  // time; when charge sends before its intent stands, or passes a tombstone.
  fc.assert(
    fc.asyncProperty(fc.scheduler(), makes, coin, health, async (s, made, toss, first) => {
      const { charge, settle, cancel, written, charged, captures } = till(s, made, () => toss.next().value, first);
      const unwind = async () => {
        await cancel();
        await Promise.all([settle(true), settle(true)]);
      };
      await s.waitFor(Promise.all([charge(), charge(), unwind()]));
      // the saga's Retry: once the provider's answers get through, it takes two tries at most
      const [again, last] = [await s.waitFor(settle(false)), await s.waitFor(settle(false))];
      expect(again.ok || last.ok).toBe(true);

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
    }),
    { numRuns: 1_000 },
  ));

it('captures once and says so, however many charge and whichever answers were lost', () =>
  // Invariant 4. Red when the key at the provider differs from try to try, or when an unknown outcome is taken for a refusal.
  fc.assert(
    fc.asyncProperty(fc.scheduler(), makes, coin, async (s, made, toss) => {
      const { charge, written, captures } = till(s, made, () => toss.next().value);
      const answers = await s.waitFor(Promise.all([charge(), charge(), charge()]));
      expect(captures()).toBe(made === 'declined' ? 0 : 1);
      for (const answer of answers) {
        if (answer.ok) expect(answer.value.status).toBe('captured');
        else expect(answer.error).toBeOneOf(made === 'declined' ? ['declined', 'unknown'] : ['unknown']);
      }
      expect(written.length).toBeLessThanOrEqual(2);
    }),
    { numRuns: 500 },
  ));
