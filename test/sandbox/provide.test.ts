import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dispute, refundByHand } from '#sandbox/domain/charge';
import type { Charges } from '#sandbox/use-cases/ports';
import {
  allowRefund,
  captureKeyByHand,
  changeCharge,
  chargeOnce,
  findCharge,
  readState,
  refundCharge,
  voidCharge,
} from '#sandbox/use-cases/provide';
import { inMemoryCharges } from '../fixtures/in-memory-charges.ts';

const key = 't1.o1';
const request = { key, amount: 55_00, currency: 'EUR' };

const refundOf = (refundKey: string, amount: number) => ({ refundKey, amount, currency: 'EUR' });
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
        refundCharge(charges)(key, { refundKey, amount, currency: 'EUR' }),
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
            const isCaptured = status === 'pending' || status === 'captured';
            const outcome = { isCaptured, amount };
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
            if (result.ok && result.value && 'refunds' in result.value)
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
    expect(await refund(key, refundOf('r', 55_00))).toMatchObject({ ok: true, value: { refunded: 55_00 } });
    expect(await refund(key, refundOf('r', 55_00))).toMatchObject({ ok: true, value: { refunded: 55_00 } });
    expect(rows.get(key)).toMatchObject({ captured: 55_00, refunded: 55_00, refunds: ['r'] });
  });

  it('is refused beyond the remaining amount, and for an amount of 0', async () => {
    const { charges } = await capturedCharge();
    const refund = refundCharge(charges);
    const refused = { ok: false, error: 'not_refundable' };
    expect(await refund(key, refundOf('r', 55_01))).toEqual(refused);
    expect(await refund(key, refundOf('r', 0))).toEqual(refused);
    await refund(key, refundOf('r', 50_00));
    expect(await refund(key, refundOf('s', 5_01))).toEqual(refused);
    expect(await refund(key, refundOf('s', 5_00))).toMatchObject({ ok: true });
  });

  it('is refused if nothing was captured', async () => {
    const { charges } = inMemoryCharges();
    expect(await refundCharge(charges)(key, refundOf('r', 1))).toEqual({ ok: false, error: 'charge_not_found' });
    await voidCharge(charges)(key);
    expect(await refundCharge(charges)(key, refundOf('r', 1))).toEqual({ ok: false, error: 'not_refundable' });
  });

  it('is refused by a charge that refuses refunds, until it is allowed', async () => {
    const { charges } = inMemoryCharges();
    await chargeOnce(charges, countCall)(request, { makes: 'captured', refusesRefunds: true });
    const refund = refundCharge(charges);
    for (const _ of ['once', 'again'])
      expect(await refund(key, refundOf('r', 1))).toEqual({ ok: false, error: 'refund_refused' });
    expect(await allowRefund(charges)(key)).toMatchObject({ ok: true });
    expect(await allowRefund(charges)(key)).toMatchObject({ ok: true });
    expect(await refund(key, refundOf('r', 55_00))).toMatchObject({ ok: true, value: { refunded: 55_00 } });
    expect(await allowRefund(charges)('t1.o2')).toEqual({ ok: false, error: 'charge_not_found' });
  });

  it('returns a conflict if it loses a race', async () => {
    const { charges } = await capturedCharge();
    const losingRace = { ...charges, update: async () => false };
    expect(await refundCharge(losingRace)(key, refundOf('r', 1))).toEqual({ ok: false, error: 'conflict' });
  });
});

describe('a pending charge', () => {
  it.each([
    ['charge', (charges: Charges) => chargeOnce(charges, countCall)(request, { makes: 'pending' })],
    ['void', (charges: Charges) => voidCharge(charges)(key)],
    ['read', (charges: Charges) => findCharge(charges)(key)],
    ['refund', (charges: Charges) => refundCharge(charges)(key, refundOf('r', 1))],
  ])('is captured by the next call: %s', async (_, next) => {
    const { rows, charges } = inMemoryCharges();
    expect(await chargeOnce(charges, countCall)(request, { makes: 'pending' })).toEqual({ ok: true, value: undefined });
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
    expect(await voidCharge(losingRace)(key)).toMatchObject({ ok: true, value: { status: 'captured', refunded: 1 } });
    const deleted: Charges = { ...inMemoryCharges().charges, update: async () => false, find: async () => undefined };
    await chargeOnce(deleted, countCall)(request, { makes: 'pending' });
    expect(await voidCharge(deleted)(key)).toMatchObject({ ok: true, value: { status: 'captured', refunded: 0 } });
  });
});

describe('a failing sandbox', () => {
  it('charges nothing, either always or for the first calls', async () => {
    const { rows, charges } = inMemoryCharges();
    const failure = { ok: true, value: undefined };
    let calls = 0;
    const charge = chargeOnce(charges, async () => ++calls);
    expect(await charge(request, { makes: 'nothing' })).toEqual(failure);
    expect(calls).toBe(0);
    for (const _ of ['once', 'again'])
      expect(await charge(request, { makes: 'captured', failsFirst: 2 })).toEqual(failure);
    expect(rows.size).toBe(0);
    expect(await charge(request, { makes: 'captured', failsFirst: 2 })).toMatchObject({ value: { isNew: true } });
    expect(await charge(request, { makes: 'captured', failsFirst: 2 })).toMatchObject({ value: { isNew: false } });
  });
});

describe('a provider that contradicts itself', () => {
  it('captures what it declined, at the next call for the key', async () => {
    const { rows, charges } = inMemoryCharges();
    const declined = await chargeOnce(charges, countCall)(request, { makes: 'declined', capturesLater: true });
    expect(declined).toMatchObject({ value: { charge: { status: 'declined', captured: 0 } } });
    expect(await readState(charges)(key)).toMatchObject({ status: 'declined', captured: 0 });
    expect(await voidCharge(charges)(key)).toMatchObject({ value: { status: 'captured', captured: 55_00 } });
    expect(rows.get(key)).not.toHaveProperty('capturesLater');
  });

  it.each([
    ['never used', async () => undefined],
    ['voided', (charges: Charges) => voidCharge(charges)(key)],
    ['declined', (charges: Charges) => chargeOnce(charges, countCall)(request, { makes: 'declined' })],
    ['captured', (charges: Charges) => chargeOnce(charges, countCall)(request, { makes: 'captured' })],
  ])('captures a key by hand that was %s, once', async (_, before) => {
    const { charges } = inMemoryCharges();
    await before(charges);
    for (const amount of [55_00, 1])
      expect(await captureKeyByHand(charges)({ ...request, amount })).toMatchObject({
        ok: true,
        value: { status: 'captured', captured: 55_00, amount: 55_00, currency: 'EUR' },
      });
  });
});

describe('the state of a key', () => {
  it('is absent before any charge, and pending until the next call', async () => {
    const { charges } = inMemoryCharges();
    const nothing = { captured: 0, refunded: 0, returned: 0, disputed: 0 };
    expect(await readState(charges)(key)).toEqual({ status: 'absent', currency: '', ...nothing });
    await chargeOnce(charges, countCall)(request, { makes: 'pending' });
    for (const _ of [1, 2])
      expect(await readState(charges)(key)).toEqual({ status: 'pending', currency: 'EUR', ...nothing });
  });

  it('tells refunds by hand and disputes from the refunds of the merchant', async () => {
    const { charges } = inMemoryCharges();
    await chargeOnce(charges, countCall)(request, { makes: 'captured', refusesRefunds: true });
    const change = changeCharge(charges);
    for (const _ of [1, 2])
      expect(await change(key, (charge) => refundByHand(charge, 10_00))).toMatchObject({ ok: true });
    await allowRefund(charges)(key);
    await refundCharge(charges)(key, refundOf('r', 30_00));
    expect(await change(key, (charge) => refundByHand(charge, 5_01))).toEqual({ ok: false, error: 'not_refundable' });
    expect(await change(key, (charge) => refundByHand(charge, 0))).toEqual({ ok: false, error: 'not_refundable' });
    expect(await change(key, (charge) => dispute(charge, 55_00))).toMatchObject({ ok: true });
    expect(await change(key, (charge) => dispute(charge, 1))).toEqual({ ok: false, error: 'not_disputable' });
    expect(await change('t1.o2', (charge) => dispute(charge, 1))).toEqual({ ok: false, error: 'charge_not_found' });
    expect(await readState(charges)(key)).toEqual({
      ...{ status: 'captured', currency: 'EUR', captured: 55_00 },
      ...{ refunded: 50_00, returned: 30_00, disputed: 55_00 },
    });
  });
});

describe('charges and refunds share one space of keys', () => {
  const other = { ...request, key: 't1.o1.2' };
  const inUse = { ok: false, error: 'key_in_use' };

  it('so that the key of a charge is not one of a refund', async () => {
    const { charges } = inMemoryCharges();
    await chargeOnce(charges, countCall)(request, { makes: 'captured' });
    await chargeOnce(charges, countCall)(other, { makes: 'captured' });
    for (const taken of [key, other.key]) expect(await refundCharge(charges)(key, refundOf(taken, 1))).toEqual(inUse);
  });

  it('and the key of a refund is not one of a charge', async () => {
    const { charges } = inMemoryCharges();
    await chargeOnce(charges, countCall)(request, { makes: 'captured' });
    for (const _ of [1, 2])
      expect(await refundCharge(charges)(key, refundOf(other.key, 1))).toMatchObject({ value: { refunded: 1 } });
    expect(await chargeOnce(charges, countCall)(other, { makes: 'captured' })).toEqual(inUse);
    expect(await voidCharge(charges)(other.key)).toEqual(inUse);
    expect(await captureKeyByHand(charges)(other)).toEqual(inUse);
    expect(await findCharge(charges)(other.key)).toEqual({ ok: false, error: 'charge_not_found' });
    expect(await readState(charges)(other.key)).toMatchObject({ status: 'absent' });
  });
});
