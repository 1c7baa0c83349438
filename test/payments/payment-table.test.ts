import { describe, expect, it, vi } from 'vitest';
import {
  markSettled,
  openPayment,
  owedAttempts,
  type Payment,
  paymentTombstone,
  postponeReturn,
  reportContradicted,
  startSettling,
  withState,
} from '#payments/domain/payment';
import { reportedAmount } from '#payments/domain/report';
import { findPayment } from '#payments/public';
import { duePayments } from '#payments/table/due-payments';
import { attemptKey } from '#payments/table/keys';
import { paymentTable } from '#payments/table/payment-table';
import { addMs } from '#platform/kernel';
import { createTestTable } from '../fixtures/table.ts';
import { aPayment, aState, NOW as at, orderId, tenantId, total } from './fixtures/payment.ts';

const isOwed = (payment: Payment) => owedAttempts(payment).length > 0;
const request = { tenantId, orderId, total };
const intent = aPayment();
const storedPayment = async (first = intent) => {
  const table = createTestTable();
  const metric = vi.fn<typeof table.rt.metric>();
  const rt: typeof table.rt = Object.create(table.rt, { metric: { value: metric } });
  const payments = paymentTable(rt);
  expect(await payments.putIfAbsent(first)).toBe(first);
  const item = () => table.itemAt(attemptKey(tenantId, orderId));
  return { ...table, rt, metric, payments, item };
};
type Published = readonly [type: string, amount?: number, more?: object];
const outbox = (version: number, ...events: readonly Published[]) => ({
  v: version,
  events: events.map(([type, amount = total.amount, more = {}]) => ({
    id: expect.any(String),
    at: expect.any(String),
    ...{ type, tenantId, aggregateId: orderId, version, data: { ...total, amount, ...more } },
  })),
});

it('stores an intent without an event', async () => {
  const { payments, item, calls } = await storedPayment();
  const { version, ...fields } = intent;
  expect(calls.at(-1)?.units.write).toBe(1);
  expect(await item()).toEqual({ pk: 'payments#t1#attempt#o1', sk: 'attempt', ...fields, v: 1 });
  expect(await payments.find(tenantId, orderId)).toEqual(intent);
});

it('finds no payment that does not exist', async () => {
  expect(await paymentTable(createTestTable().rt).find(tenantId, orderId)).toBeUndefined();
});

it('returns the existing payment in its current state instead of storing another', async () => {
  const { payments } = await storedPayment();
  const declined = withState(intent, { n: 1 }, { state: aState('declined'), at });
  await payments.update(intent, declined);
  for (const other of [intent, paymentTombstone(request), openPayment(request, { run: 1, maySend: false })])
    expect(await payments.putIfAbsent(other)).toEqual(declined);
});

describe('a transition', () => {
  const reported = (payment: Payment, ...[status, change]: Parameters<typeof aState>) =>
    withState(payment, { n: 1 }, { state: aState(status, change), at });
  const returned = { refunded: 55_00, returned: 55_00 };
  const settled = (payment: Payment, ...[status, change]: Parameters<typeof aState>) =>
    markSettled(payment, { n: 1 }, { state: aState(status, change), at });
  const captured = reported(intent, 'captured');
  const declined = reported(intent, 'declined');
  const settling = startSettling(captured);
  const tombstoned = settled(startSettling(intent), 'voided');
  const owed = reported(tombstoned, 'captured');

  it.each<[string, readonly Payment[], unknown]>([
    ['captured', [captured], outbox(2, ['PaymentReceived.v1'])],
    ['declined', [declined], outbox(2, ['PaymentDeclined.v1'])],
    ['settling', [captured, settling], undefined],
    ['refunded', [captured, settling, settled(settling, 'captured', returned)], outbox(4, ['PaymentRefunded.v1'])],
    ['voided', [startSettling(intent), tombstoned], undefined],
    [
      'refunded after a capture that was never recorded',
      [startSettling(intent), settled(startSettling(intent), 'captured', returned)],
      outbox(3, ['PaymentReceived.v1'], ['PaymentRefunded.v1']),
    ],
    ['an unwanted capture', [startSettling(intent), tombstoned, owed], outbox(4, ['PaymentReceived.v1'])],
    [
      'an unwanted capture that was returned',
      [startSettling(intent), tombstoned, owed, settled(owed, 'captured', returned)],
      outbox(5, ['PaymentRefunded.v1']),
    ],
    [
      'refunded in part outside',
      [captured, reported(captured, 'captured', { refunded: 5_00 })],
      outbox(3, ['PaymentRefunded.v1', 5_00, { unasked: true }]),
    ],
    [
      'refunded, in part outside',
      [captured, settling, settled(settling, 'captured', { refunded: 55_00, returned: 50_00 })],
      outbox(4, ['PaymentRefunded.v1', 50_00], ['PaymentRefunded.v1', 5_00, { unasked: true }]),
    ],
    ['disputed', [captured, reported(captured, 'captured', { disputed: 7 })], outbox(3, ['PaymentDisputed.v1', 7])],
    ['declined and settled', [declined, startSettling(declined)], undefined],
  ])('to %s publishes exactly its events', async (_, states, expected) => {
    const { payments, item, calls } = await storedPayment();
    let from = intent;
    for (const to of states) {
      expect(await payments.update(from, to)).toBe(true);
      const entersOrLeavesIndex = isOwed(from) !== isOwed(to);
      expect(calls.at(-1)?.units.write).toBe(entersOrLeavesIndex ? 2 : 1);
      from = to;
    }
    expect(await payments.find(tenantId, orderId)).toEqual(from);
    expect((await item())?.['out']).toEqual(expected);
  });

  it.each<[string, Payment]>([
    ['another version', { ...intent, version: 2 }],
    ['another status', { ...intent, status: 'settling' }],
  ])('is refused from %s', async (_, from) => {
    const { payments } = await storedPayment();
    expect(await payments.update(from, captured)).toBe(false);
    expect(await payments.find(tenantId, orderId)).toEqual(intent);
  });

  it('by a charge is refused once settling has started', async () => {
    const { payments } = await storedPayment();
    expect(await payments.update(intent, startSettling(intent))).toBe(true);
    expect(await payments.update(intent, captured)).toBe(false);
  });

  it('to money that is owed is in the index until it is returned', async () => {
    const { payments, rt } = await storedPayment(owed);
    const due = (when = at, after?: string) => duePayments(rt).returns(when, { after, limit: 10 });
    const cursor = `${at}#t1#o1`;
    expect(await due()).toEqual([{ cursor, tenantId, orderId }]);
    expect(await due(at, cursor)).toEqual([]);
    expect(await due(addMs(at, -1))).toEqual([]);
    const later = addMs(at, 50_000);
    const postponed = postponeReturn(owed, later);
    expect(await payments.update(owed, postponed)).toBe(true);
    expect(await payments.find(tenantId, orderId)).toEqual({ ...owed, version: 5, owed: { since: at, dueAt: later } });
    expect(await due()).toEqual([]);
    expect(await due(later)).toMatchObject([{ cursor: `${later}#t1#o1` }]);
    await payments.update(postponed, settled(postponed, 'captured', returned));
    expect(await due(later)).toEqual([]);
  });

  it('to what contradicts the payment is stored and shown, and counts as no change outside', async () => {
    const { payments, metric, rt } = await storedPayment();
    const state = aState('captured', { currency: 'USD' });
    const contradicted = reportContradicted(intent, { n: 1 }, { state, because: 'it is impossible', at });
    expect(await payments.update(intent, contradicted)).toBe(true);
    expect(await findPayment(rt)(tenantId, orderId)).toEqual(contradicted);
    expect(metric).not.toHaveBeenCalled();
  });

  it('of a dispute that grows cent by cent keeps a small item with the right sum', async () => {
    const { payments, metric, item } = await storedPayment();
    await payments.update(intent, captured);
    let disputed = captured;
    for (let cents = 1; cents <= 5_500; cents += 1)
      disputed = withState(disputed, { n: 1 }, { state: aState('captured', { disputed: cents }), at });
    expect(reportedAmount(disputed.reports, { n: 1, kind: 'disputed' })).toBe(5_500);
    expect(JSON.stringify(disputed.reports).length).toBeLessThan(4_096);
    expect(await payments.update({ ...captured, version: 2 }, { ...disputed, version: 3 })).toBe(true);
    expect((await item())?.['out']).toEqual(outbox(3, ['PaymentDisputed.v1', 5_500]));
    expect(metric.mock.calls).toEqual([
      [
        'PaymentsChangedOutside',
        1,
        { tenantId, orderId, attempt: 1, kind: 'disputed', amount: 5_500, currency: 'EUR' },
      ],
    ]);
  });

  it('by somebody outside is counted once it is stored, and shown to other contexts', async () => {
    const { payments, metric, rt } = await storedPayment();
    const changed = reported(captured, 'captured', { refunded: 5_00, disputed: 7 });
    expect(await payments.update(captured, changed)).toBe(false);
    await payments.update(intent, captured);
    expect(metric).not.toHaveBeenCalled();
    await payments.update(captured, changed);
    const details = { tenantId, orderId, attempt: 1, currency: 'EUR' };
    expect(metric.mock.calls).toEqual([
      ['PaymentsChangedOutside', 1, { ...details, kind: 'refunded', amount: 5_00 }],
      ['PaymentsChangedOutside', 1, { ...details, kind: 'disputed', amount: 7 }],
    ]);
    expect(await findPayment(rt)(tenantId, orderId)).toMatchObject({ reports: changed.reports });
  });
});
