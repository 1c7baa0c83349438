import { expect, test } from 'vitest';
import type { Row } from '../../../ops/audit/table-audit.ts';
import { busiestSecondOf, type Evidence, figuresOf } from './figures.ts';

const AT = Date.UTC(2026, 0, 1);
const orderRow = (id: string, status: string, more: object = {}): Row => ({
  ...{ pk: `orders#t#order#${id}`, sk: 'order', v: 1, status, total: { amount: 100, currency: 'EUR' } },
  ...{ lines: [], history: [{ at: new Date(AT).toISOString(), status }] },
  ...more,
});
/** A charge of 100, refunded under this key if there is one. */
const chargeRow = (key: string, refundKey?: string): Row => ({
  ...{ pk: `sandbox#t#charge#${key}`, sk: 'charge', v: 1, key, captured: 100, refunded: refundKey ? 100 : 0 },
  refunds: refundKey ? [refundKey] : [],
});
const evidenceOf = (rows: readonly Row[], more: Partial<Evidence> = {}): Evidence => ({
  ...{ rows, acceptedIds: [], abandonedIds: new Set(), parked: 0, deadLetters: 0, nowMs: AT },
  recovery: {
    ...{ repairedAtMs: AT, firstProgressAtMs: undefined, restartTimesMs: [], lastSettledAtMs: undefined },
    openCount: 0,
  },
  ...more,
});

test('counts an order as lost if it ended for a reason of ours, or is missing although its customer came back', () => {
  const rows = [
    orderRow('a', 'cancelled', { reason: 'expired' }),
    orderRow('b', 'cancelled', { reason: 'out_of_stock' }),
    orderRow('c', 'cancelled', { reason: 'cancelled_by_customer' }),
    orderRow('d', 'awaiting_payment'),
  ];
  const more = { acceptedIds: ['a', 'missing', 'abandoned'], abandonedIds: new Set(['abandoned']) };
  expect(figuresOf(evidenceOf(rows, more))).toMatchObject({
    ...{ placed: 6, lost: 2, missing: 1, expired: 1, soldOut: 1, cancelledByCustomer: 1, unpaid: 1 },
  });
});

test('counts refunds of ours, and not those by hand', () => {
  const rows = [chargeRow('t.a', 't.a.refund'), chargeRow('t.b', 'by-hand'), chargeRow('t.c.2', 't.c.2.refund')];
  const more = { acceptedIds: ['a', 'b', 'c'] };
  expect(figuresOf(evidenceOf(rows, more)).refunded).toBe(2);
});

test.each([
  ['a confirmed order with its total', [orderRow('a', 'confirmed'), chargeRow('t.a')], 0],
  [
    'a confirmed order with its total under a second key',
    [orderRow('a', 'confirmed'), chargeRow('t.a', 'by-hand'), chargeRow('t.a.2')],
    0,
  ],
  ['a confirmed order without money', [orderRow('a', 'confirmed'), chargeRow('t.a', 'by-hand')], 1],
  ['a confirmed order paid twice', [orderRow('a', 'confirmed', { paid: {} }), chargeRow('t.a')], 1],
  ['an order paid offline', [orderRow('a', 'confirmed', { paid: {} })], 0],
  ['a cancelled order with money', [orderRow('a', 'cancelled', { reason: 'expired' }), chargeRow('t.a')], 1],
  ['an order that is being unwound', [orderRow('a', 'cancelling'), chargeRow('t.a')], 0],
  ['a missing order with money', [chargeRow('t.a')], 1],
  ['a missing order without money', [chargeRow('t.a', 'by-hand')], 0],
])('judges the money of %s', (_, rows, wrongMoney) => {
  expect(figuresOf(evidenceOf(rows, { acceptedIds: ['a'] })).wrongMoney).toBe(wrongMoney);
});

test('counts the restarts of the busiest second', () => {
  expect(busiestSecondOf([])).toBe(0);
  expect(busiestSecondOf([0, 999])).toBe(2);
  expect(busiestSecondOf([0, 1_000, 1_500, 1_999, 2_000])).toBe(3);
});

test('has times in seconds from the repair, and none for what did not happen', () => {
  const recovery = {
    ...{ repairedAtMs: AT, firstProgressAtMs: AT + 1_250, restartTimesMs: [AT + 60_000], openCount: 1 },
    lastSettledAtMs: AT + 90_000,
  };
  expect(figuresOf(evidenceOf([], { recovery }))).toMatchObject({
    ...{ firstProgress: 1.3, firstRestart: 60, lastSettled: null, unsettled: 1, restarts: 1 },
  });
  expect(figuresOf(evidenceOf([], { recovery: { ...recovery, openCount: 0 } })).lastSettled).toBe(90);
});
