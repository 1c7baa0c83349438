import { expect, it } from 'vitest';
import { type Report, withContradiction } from '#payments/domain/report';
import { aState, NOW as at, total } from './fixtures/payment.ts';

const because = 'it keeps money in another currency';
const dollars = aState('captured', { currency: 'USD' });
const contradiction = (state = dollars, why = because) => ({ at, n: 1, total, state, because: why });
const report: Report = { at, n: 1, kind: 'contradicted', amount: 55_00, currency: 'USD', because };
const refund: Report = { at, n: 1, kind: 'refunded', amount: 5_00 };

it('keeps the last contradiction of each attempt beside the other reports', () => {
  const reports = withContradiction([refund], contradiction());
  expect(reports).toEqual([refund, report]);
  expect(withContradiction(reports, contradiction())).toBe(reports);
  const other = { ...report, n: 2 };
  const replaced = { ...report, amount: 1 };
  expect(withContradiction([...reports, other], contradiction({ ...dollars, captured: 1 }))).toEqual([
    refund,
    other,
    replaced,
  ]);
  expect(withContradiction(reports, contradiction(dollars, 'else'))).toEqual([refund, { ...report, because: 'else' }]);
});

it.each([
  [{ currency: 'EUR' }, { amount: 55_00, currency: undefined }],
  [{ currency: 'x'.repeat(1_000) }, { amount: 55_00, currency: 'xxxxxxxx' }],
  [{ captured: 1e300 }, { amount: 0, currency: 'USD' }],
  [{ captured: 0.5 }, { amount: 0, currency: 'USD' }],
  [{ refunded: 60_00 }, { amount: 0, currency: 'USD' }],
])('is bounded, and has an amount that can be stored: %j', (change, expected) => {
  const [added] = withContradiction(undefined, contradiction({ ...dollars, ...change }));
  expect({ amount: added?.amount, currency: added?.currency }).toEqual(expected);
});
