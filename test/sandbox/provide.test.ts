import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Charges } from '#sandbox/use-cases/ports';
import { allowRefund, chargeOnce, findCharge, refundCharge, voidCharge } from '#sandbox/use-cases/provide';
import { inMemoryCharges } from '../fixtures/in-memory-charges.ts';

const key = 't1.o1';
const request = { key, amount: 55_00, currency: 'EUR' };

const countCall = async () => Number.POSITIVE_INFINITY;
const anyCall = fc.oneof(
  fc
    .record({
      amount: fc.integer({ min: 1, max: 99 }),
      makes: fc.constantFrom('captured' as const, 'declined' as const, 'pending' as const),
    })
    .map(
      ({ amount, makes }) =>
        (charges: Charges) =>
          chargeOnce(charges, countCall)({ ...request, amount }, { makes }),
    ),
  fc.constant((charges: Charges) => voidCharge(charges)(key)),
  fc.record({ refundKey: fc.constantFrom('a', 'b'), amount: fc.integer({ min: 0, max: 99 }) }).map(
    ({ refundKey, amount }) =>
      (charges: Charges) =>
        refundCharge(charges)(key, refundKey, amount),
  ),
);

describe('a key', () => {
  it('is charged or voided once, and refunded at most what was captured, once per refund key', () =>
    // Invariant 4. Fails if a charge overwrites the existing one, if a void reverses a capture, if a refund is not recorded or
    // not limited, and if a lost race is reported as a refund.
    fc.assert(
      fc.asyncProperty(fc.array(anyCall, { minLength: 1, maxLength: 10 }), fc.scheduler(), async (calls, s) => {
        const { rows, charges } = inMemoryCharges();
        const scheduled: Charges = {
          find: (...args) => s.schedule(Promise.resolve()).then(() => charges.find(...args)),
          putIfAbsent: (...args) => s.schedule(Promise.resolve()).then(() => charges.putIfAbsent(...args)),
          update: (...args) => s.schedule(Promise.resolve()).then(() => charges.update(...args)),
        };
        let first: unknown;
        let refunds: readonly string[] = [];
        const checked = calls.map((call) =>
          call(scheduled).then((result) => {
            const stored = rows.get(key);
            const { status, captured, amount } = stored ?? { status: undefined, captured: 0, amount: 0 };
            const outcome = { status: status === 'pending' ? 'captured' : status, amount };
            first ??= stored && outcome;
            if (stored) {
              expect(outcome).toEqual(first);
              expect(captured).toBe(status === 'captured' ? amount : 0);
              expect(stored.captured === 0 || stored.status === 'captured').toBe(true);
              expect(stored.refunded).toBeLessThanOrEqual(stored.captured);
              expect(stored.refunds.length > 0).toBe(stored.refunded > 0);
              expect(new Set(stored.refunds).size).toBe(stored.refunds.length);
              expect(stored.refunds.slice(0, refunds.length)).toEqual(refunds);
              refunds = stored.refunds;
            }
            if (result && 'ok' in result && result.ok)
              expect(stored?.refunds).toEqual(expect.arrayContaining([...result.value.refunds]));
          }),
        );
        await s.waitFor(Promise.all(checked));
      }),
      { numRuns: 500 },
    ));
});

describe('a refund', () => {
  const capturedCharge = async () => {
    const stored = inMemoryCharges();
    await chargeOnce(stored.charges, countCall)(request, { makes: 'captured' });
    return stored;
  };

  it('takes effect once, for any number of requests', async () => {
    const { rows, charges } = await capturedCharge();
    const refund = refundCharge(charges);
    expect(await refund(key, 'r', 55_00)).toMatchObject({ ok: true, value: { refunded: 55_00 } });
    expect(await refund(key, 'r', 55_00)).toMatchObject({ ok: true, value: { refunded: 55_00 } });
    expect(rows.get(key)).toMatchObject({ captured: 55_00, refunded: 55_00, refunds: ['r'] });
  });

  it('is refused beyond the remaining amount, and for an amount of 0', async () => {
    const { charges } = await capturedCharge();
    const refund = refundCharge(charges);
    const refused = { ok: false, error: 'not_refundable' };
    expect(await refund(key, 'r', 55_01)).toEqual(refused);
    expect(await refund(key, 'r', 0)).toEqual(refused);
    await refund(key, 'r', 50_00);
    expect(await refund(key, 's', 5_01)).toEqual(refused);
    expect(await refund(key, 's', 5_00)).toMatchObject({ ok: true });
  });

  it('is refused if nothing was captured', async () => {
    const { charges } = inMemoryCharges();
    expect(await refundCharge(charges)(key, 'r', 1)).toEqual({ ok: false, error: 'charge_not_found' });
    await voidCharge(charges)(key);
    expect(await refundCharge(charges)(key, 'r', 1)).toEqual({ ok: false, error: 'not_refundable' });
  });

  it('is refused by a charge that refuses refunds, until it is allowed', async () => {
    const { charges } = inMemoryCharges();
    await chargeOnce(charges, countCall)(request, { makes: 'captured', refusesRefunds: true });
    const refund = refundCharge(charges);
    for (const _ of ['once', 'again'])
      expect(await refund(key, 'r', 1)).toEqual({ ok: false, error: 'refund_refused' });
    expect(await allowRefund(charges)(key)).toMatchObject({ ok: true });
    expect(await allowRefund(charges)(key)).toMatchObject({ ok: true });
    expect(await refund(key, 'r', 55_00)).toMatchObject({ ok: true, value: { refunded: 55_00 } });
    expect(await allowRefund(charges)('t1.o2')).toEqual({ ok: false, error: 'charge_not_found' });
  });

  it('returns a conflict if it loses a race', async () => {
    const { charges } = await capturedCharge();
    const losingRace = { ...charges, update: async () => false };
    expect(await refundCharge(losingRace)(key, 'r', 1)).toEqual({ ok: false, error: 'conflict' });
  });
});

describe('a pending charge', () => {
  it.each([
    ['charge', (charges: Charges) => chargeOnce(charges, countCall)(request, { makes: 'pending' })],
    ['void', (charges: Charges) => voidCharge(charges)(key)],
    ['read', (charges: Charges) => findCharge(charges)(key)],
    ['refund', (charges: Charges) => refundCharge(charges)(key, 'r', 1)],
  ])('is captured by the next call: %s', async (_, next) => {
    const { rows, charges } = inMemoryCharges();
    expect(await chargeOnce(charges, countCall)(request, { makes: 'pending' })).toBeUndefined();
    expect(rows.get(key)).toMatchObject({ status: 'pending', captured: 0 });
    await next(charges);
    expect(rows.get(key)).toMatchObject({ status: 'captured', captured: 55_00 });
  });

  it('has the state that a concurrent call stored first', async () => {
    const { charges } = inMemoryCharges();
    await chargeOnce(charges, countCall)(request, { makes: 'pending' });
    const losingRace: Charges = {
      ...charges,
      async update(from, to) {
        await charges.update(from, { ...to, refunded: 1 });
        return false;
      },
    };
    expect(await voidCharge(losingRace)(key)).toMatchObject({ status: 'captured', refunded: 1 });
    const deleted: Charges = { ...inMemoryCharges().charges, update: async () => false, find: async () => undefined };
    await chargeOnce(deleted, countCall)(request, { makes: 'pending' });
    expect(await voidCharge(deleted)(key)).toMatchObject({ status: 'captured', refunded: 0 });
  });
});

describe('a failing sandbox', () => {
  it('charges nothing, either always or for the first calls', async () => {
    const { rows, charges } = inMemoryCharges();
    let calls = 0;
    const charge = chargeOnce(charges, async () => ++calls);
    expect(await charge(request, { makes: 'nothing' })).toBeUndefined();
    expect(calls).toBe(0);
    for (const _ of ['once', 'again'])
      expect(await charge(request, { makes: 'captured', failsFirst: 2 })).toBeUndefined();
    expect(rows.size).toBe(0);
    expect(await charge(request, { makes: 'captured', failsFirst: 2 })).toMatchObject({ isNew: true });
    expect(await charge(request, { makes: 'captured', failsFirst: 2 })).toMatchObject({ isNew: false });
  });
});
