import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Charges } from '#sandbox/use-cases/ports';
import { allowRefund, chargeOnce, findCharge, refundCharge, voidCharge } from '#sandbox/use-cases/provide';
import { storedCharges } from './fixtures/stored-charges.ts';

const key = 't1.o1';
const asked = { key, amount: 55_00, currency: 'EUR' };

const never = async () => Number.POSITIVE_INFINITY;
const ask = fc.oneof(
  fc
    .record({
      amount: fc.integer({ min: 1, max: 99 }),
      makes: fc.constantFrom('captured' as const, 'declined' as const, 'pending' as const),
    })
    .map(
      ({ amount, makes }) =>
        (charges: Charges) =>
          chargeOnce(charges, never)({ ...asked, amount }, { makes }),
    ),
  fc.constant((charges: Charges) => voidCharge(charges)(key)),
  fc.record({ refundKey: fc.constantFrom('a', 'b'), amount: fc.integer({ min: 0, max: 99 }) }).map(
    ({ refundKey, amount }) =>
      (charges: Charges) =>
        refundCharge(charges)(key, refundKey, amount),
  ),
);

describe('a key', () => {
  it('is charged or voided once, and refunded at most what was captured and once for each refund key', () =>
    // Invariant 4. Red when a charge overwrites what stands, when a void turns a capture over, when a refund is not remembered
    // or not limited, and when a lost race is passed for a refund.
    fc.assert(
      fc.asyncProperty(fc.array(ask, { minLength: 1, maxLength: 10 }), fc.scheduler(), async (asks, s) => {
        const { rows, charges } = storedCharges();
        const inTurn: Charges = {
          find: (...args) => s.schedule(Promise.resolve()).then(() => charges.find(...args)),
          putIfAbsent: (...args) => s.schedule(Promise.resolve()).then(() => charges.putIfAbsent(...args)),
          update: (...args) => s.schedule(Promise.resolve()).then(() => charges.update(...args)),
        };
        let first: unknown;
        let refunds: readonly string[] = [];
        const watched = asks.map((act) =>
          act(inTurn).then((answer) => {
            const standing = rows.get(key);
            const { status, captured, amount } = standing ?? { status: undefined, captured: 0, amount: 0 };
            const known = { status: status === 'pending' ? 'captured' : status, amount };
            first ??= standing && known;
            if (standing) {
              expect(known).toEqual(first);
              expect(captured).toBe(status === 'captured' ? amount : 0);
              expect(standing.captured === 0 || standing.status === 'captured').toBe(true);
              expect(standing.refunded).toBeLessThanOrEqual(standing.captured);
              expect(standing.refunds.length > 0).toBe(standing.refunded > 0);
              expect(new Set(standing.refunds).size).toBe(standing.refunds.length);
              expect(standing.refunds.slice(0, refunds.length)).toEqual(refunds);
              refunds = standing.refunds;
            }
            if (answer && 'ok' in answer && answer.ok)
              expect(standing?.refunds).toEqual(expect.arrayContaining([...answer.value.refunds]));
          }),
        );
        await s.waitFor(Promise.all(watched));
      }),
      { numRuns: 500 },
    ));
});

describe('a refund', () => {
  const captured = async () => {
    const stored = storedCharges();
    await chargeOnce(stored.charges, never)(asked, { makes: 'captured' });
    return stored;
  };

  it('gives back once, however often it is asked for', async () => {
    const { rows, charges } = await captured();
    const refund = refundCharge(charges);
    expect(await refund(key, 'r', 55_00)).toMatchObject({ ok: true, value: { refunded: 55_00 } });
    expect(await refund(key, 'r', 55_00)).toMatchObject({ ok: true, value: { refunded: 55_00 } });
    expect(rows.get(key)).toMatchObject({ captured: 55_00, refunded: 55_00, refunds: ['r'] });
  });

  it('is refused beyond what is left, and of nothing', async () => {
    const { charges } = await captured();
    const refund = refundCharge(charges);
    const refused = { ok: false, error: 'not_refundable' };
    expect(await refund(key, 'r', 55_01)).toEqual(refused);
    expect(await refund(key, 'r', 0)).toEqual(refused);
    await refund(key, 'r', 50_00);
    expect(await refund(key, 's', 5_01)).toEqual(refused);
    expect(await refund(key, 's', 5_00)).toMatchObject({ ok: true });
  });

  it('is refused where nothing was captured', async () => {
    const { charges } = storedCharges();
    expect(await refundCharge(charges)(key, 'r', 1)).toEqual({ ok: false, error: 'charge_not_found' });
    await voidCharge(charges)(key);
    expect(await refundCharge(charges)(key, 'r', 1)).toEqual({ ok: false, error: 'not_refundable' });
  });

  it('is refused by a charge that refuses them until it is allowed, and then made', async () => {
    const { charges } = storedCharges();
    await chargeOnce(charges, never)(asked, { makes: 'captured', refusesRefunds: true });
    const refund = refundCharge(charges);
    for (const _ of ['once', 'again'])
      expect(await refund(key, 'r', 1)).toEqual({ ok: false, error: 'refund_refused' });
    expect(await allowRefund(charges)(key)).toMatchObject({ ok: true });
    expect(await allowRefund(charges)(key)).toMatchObject({ ok: true });
    expect(await refund(key, 'r', 55_00)).toMatchObject({ ok: true, value: { refunded: 55_00 } });
    expect(await allowRefund(charges)('t1.o2')).toEqual({ ok: false, error: 'charge_not_found' });
  });

  it('says that it lost a race', async () => {
    const { charges } = await captured();
    const beaten = { ...charges, update: async () => false };
    expect(await refundCharge(beaten)(key, 'r', 1)).toEqual({ ok: false, error: 'conflict' });
  });
});

describe('a charge whose outcome nobody was told', () => {
  it.each([
    ['charge', (charges: Charges) => chargeOnce(charges, never)(asked, { makes: 'pending' })],
    ['void', (charges: Charges) => voidCharge(charges)(key)],
    ['look', (charges: Charges) => findCharge(charges)(key)],
    ['refund', (charges: Charges) => refundCharge(charges)(key, 'r', 1)],
  ])('is captured by the next %s', async (_, next) => {
    const { rows, charges } = storedCharges();
    expect(await chargeOnce(charges, never)(asked, { makes: 'pending' })).toBeUndefined();
    expect(rows.get(key)).toMatchObject({ status: 'pending', captured: 0 });
    await next(charges);
    expect(rows.get(key)).toMatchObject({ status: 'captured', captured: 55_00 });
  });

  it('is what another made of it meanwhile', async () => {
    const { charges } = storedCharges();
    await chargeOnce(charges, never)(asked, { makes: 'pending' });
    const beaten: Charges = {
      ...charges,
      async update(from, to) {
        await charges.update(from, { ...to, refunded: 1 });
        return false;
      },
    };
    expect(await voidCharge(beaten)(key)).toMatchObject({ status: 'captured', refunded: 1 });
    const gone: Charges = { ...storedCharges().charges, update: async () => false, find: async () => undefined };
    await chargeOnce(gone, never)(asked, { makes: 'pending' });
    expect(await voidCharge(gone)(key)).toMatchObject({ status: 'captured', refunded: 0 });
  });
});

describe('a sandbox that fails', () => {
  it('makes nothing, ever, or not the first times', async () => {
    const { rows, charges } = storedCharges();
    let calls = 0;
    const charge = chargeOnce(charges, async () => ++calls);
    expect(await charge(asked, { makes: 'nothing' })).toBeUndefined();
    expect(calls).toBe(0);
    for (const _ of ['once', 'again'])
      expect(await charge(asked, { makes: 'captured', failsFirst: 2 })).toBeUndefined();
    expect(rows.size).toBe(0);
    expect(await charge(asked, { makes: 'captured', failsFirst: 2 })).toMatchObject({ made: true });
    expect(await charge(asked, { makes: 'captured', failsFirst: 2 })).toMatchObject({ made: false });
  });
});
