import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Charges } from '#sandbox/app/ports';
import { chargeOnce, refundCharge, voidCharge } from '#sandbox/app/provide';
import { storedCharges } from './fixtures/stored-charges.ts';

const key = 't1.o1';
const asked = { key, amount: 55_00, currency: 'EUR' };

const ask = fc.oneof(
  fc
    .record({
      amount: fc.integer({ min: 1, max: 99 }),
      status: fc.constantFrom('captured' as const, 'declined' as const),
    })
    .map(
      ({ amount, status }) =>
        (charges: Charges) =>
          chargeOnce(charges)({ ...asked, amount }, status),
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
          putOrMeet: (...args) => s.schedule(Promise.resolve()).then(() => charges.putOrMeet(...args)),
          move: (...args) => s.schedule(Promise.resolve()).then(() => charges.move(...args)),
        };
        let first: unknown;
        let refunds: readonly string[] = [];
        const watched = asks.map((act) =>
          act(inTurn).then((answer) => {
            const standing = rows.get(key);
            first ??= standing && { status: standing.status, captured: standing.captured };
            if (standing) {
              expect({ status: standing.status, captured: standing.captured }).toEqual(first);
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
    await chargeOnce(stored.charges)(asked, 'captured');
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

  it('says that it lost a race', async () => {
    const { charges } = await captured();
    const beaten = { ...charges, move: async () => false };
    expect(await refundCharge(beaten)(key, 'r', 1)).toEqual({ ok: false, error: 'conflict' });
  });
});
