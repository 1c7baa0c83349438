import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChargeState, checkState, describeOddNet, keptAmount } from '#payments/domain/charge-state';
import { nextChargeStep } from '#payments/domain/charge-step';
import {
  type Attempt,
  adoptedPayment,
  attemptsToSettle,
  MAX_ATTEMPTS,
  markSettled,
  openPayment,
  owedAttempts,
  type Payment,
  paymentTombstone,
  postponeReturn,
  providerKey,
  refundKey,
  startSettling,
  withState,
} from '#payments/domain/payment';
import { addMs } from '#platform/kernel';
import { anAttempt, aPayment, aState, NOW as at, key, orderId, tenantId, total } from './fixtures/payment.ts';

const request = { tenantId, orderId, total };
const captured = { status: 'captured', captured: 55_00 } as const;
const merge = (payment: Payment, n: number, state: ChargeState) => withState(payment, { n }, { state, at });

it('has the same key at the provider for every run of an attempt, and one key for its refund', () => {
  expect([providerKey(request), providerKey(request, 1), providerKey(request, 2)]).toEqual([key, key, `${key}.2`]);
  expect(refundKey(anAttempt({ n: 2 }))).toBe(`${key}.2.refund`);
});

it('starts as an intent, closed by a run, or as a tombstone', () => {
  const { version, ...payment } = aPayment();
  expect(openPayment(request, { run: 1, maySend: true })).toEqual({ ...payment, version });
  expect(openPayment(request, { run: 3, maySend: false })).toEqual(aPayment({}, { status: 'closed', run: 3 }));
  expect(paymentTombstone(request)).toEqual(aPayment({ status: 'settled', attempts: [] }));
});

describe('what the provider says of an attempt', () => {
  it.each<[Attempt['status'], ChargeState, Partial<Attempt>]>([
    ['intended', aState('captured'), captured],
    ['intended', aState('captured', { captured: 30_00 }), { status: 'captured', captured: 30_00 }],
    ['intended', aState('declined'), { status: 'declined' }],
    ['intended', aState('voided'), { status: 'settled' }],
    ['declined', aState('captured'), captured],
  ])('makes one that is %s, at %j, this: %j', (status, state, expected) => {
    expect(merge(aPayment({}, { status }), 1, state)).toEqual(aPayment({ version: 2 }, expected));
  });

  it.each<Partial<Attempt>>([{ status: 'closed', run: 1 }, { status: 'settled' }])(
    'is owed since it is known if the attempt is %j, until it is returned',
    (attempt) => {
      const owed = merge(aPayment({}, attempt), 1, aState('captured'));
      const since = { since: at, dueAt: at };
      expect(owed).toEqual(aPayment({ version: 2, owed: since }, { status: 'settled', captured: 55_00 }));
      const dueAt = addMs(at, 50_000);
      const postponed = postponeReturn(owed, dueAt);
      expect(postponed).toEqual({ ...owed, version: 3, owed: { since: at, dueAt } });
      const disputed = withState(postponed, { n: 1 }, { state: aState('captured', { disputed: 1 }), at: dueAt });
      expect(disputed.owed).toEqual({ since: at, dueAt });
      const returned = aState('captured', { refunded: 55_00, returned: 55_00 });
      expect(markSettled(disputed, { n: 1 }, { state: returned, at })).not.toHaveProperty('owed');
    },
  );

  it.each<[Partial<Attempt>, ChargeState]>([
    [{ status: 'intended' }, aState('absent')],
    [{ status: 'intended' }, aState('pending')],
    [captured, aState('captured')],
    [captured, aState('declined')],
    [captured, aState('voided')],
    [{ ...captured, refunded: 55_00 }, aState('captured')],
    [{ status: 'declined' }, aState('voided')],
    [{ status: 'closed' }, aState('declined')],
    [{ status: 'settled' }, aState('absent')],
  ])('changes nothing of %j if it is an older or an empty answer: %j', (attempt, state) => {
    const payment = aPayment({}, attempt);
    expect(merge(payment, 1, state)).toBe(payment);
  });

  it('leaves what was voided to the settlement in progress, which ends with it', () => {
    const settling = aPayment({ status: 'settling' });
    expect(merge(settling, 1, aState('voided'))).toBe(settling);
  });

  it('is owed if the attempt is not the last one', () => {
    const payment = aPayment({}, { status: 'declined' }, { status: 'intended' });
    const next = merge(payment, 1, aState('captured'));
    expect(next.attempts).toEqual([anAttempt({ status: 'settled', captured: 55_00 }), anAttempt({ n: 2 })]);
    expect(owedAttempts(next)).toEqual([next.attempts[0]]);
  });

  it('is recorded as done outside if Breakwater did not do it, and only once', () => {
    const state = aState('captured', { refunded: 20_00, returned: 5_00, disputed: 7_00 });
    const next = merge(aPayment({}, captured), 1, state);
    const reports = [
      { at, n: 1, kind: 'refunded', amount: 15_00 },
      { at, n: 1, kind: 'disputed', amount: 7_00 },
    ];
    expect(next).toEqual(aPayment({ version: 2, reports } as Partial<Payment>, { ...captured, refunded: 20_00 }));
    expect(merge(next, 1, state)).toBe(next);
    const more = merge(next, 1, { ...state, refunded: 25_00 });
    expect(more.reports?.slice(2)).toEqual([{ at, n: 1, kind: 'refunded', amount: 5_00 }]);
  });
});

describe('a state', () => {
  it.each([
    aState('captured', { refunded: 55_01 }),
    aState('captured', { refunded: 5_00, returned: 6_00 }),
    aState('captured', { disputed: 55_01 }),
    aState('captured', { currency: 'USD' }),
    aState('captured', { captured: -1, refunded: -1 }),
    aState('captured', { refunded: 0.5 }),
    aState('captured', { captured: Number.MAX_SAFE_INTEGER + 1 }),
  ])('needs a person: %j', (state) => expect(checkState(total, state).ok).toBe(false));

  it.each([aState('absent'), aState('declined', { currency: 'USD' }), aState('captured', { captured: 1 })])(
    'counts as it is: %j',
    (state) => expect(checkState(total, state)).toEqual({ ok: true, value: state }),
  );

  it.each([aState('declined'), aState('captured', { captured: 54_99 }), aState('captured', { refunded: 9 })])(
    'needs a person if it falls behind what was recorded before: %j',
    (state) => expect(checkState(total, state, { captured: 55_00, refunded: 10 }).ok).toBe(false),
  );

  it.each([
    [0, undefined],
    [1, 'it keeps a part of the total'],
    [55_00, undefined],
    [55_01, 'it keeps more than the total'],
  ])('that keeps %d is described by %j', (kept, description) =>
    expect(describeOddNet(total, { captured: kept + 5, refunded: 5 })).toBe(description),
  );

  it('of another currency counts as never captured once all of it is refunded', () => {
    const state = aState('captured', { currency: 'USD', refunded: 55_00 });
    expect(checkState(total, state)).toEqual({ ok: true, value: aState('voided', { currency: 'USD' }) });
  });
});

describe('the next step of a charge', () => {
  const task = { run: 2, maySend: true, continuesAfterDecline: false };
  const blocked = { ...task, maySend: false };
  const intended = (n: number) => anAttempt({ n, run: 2 });

  it('sends what is intended, unless calls are blocked: then it is unknown', () => {
    expect(nextChargeStep(aPayment({}, { run: 2 }), task)).toEqual({ do: 'send', attempt: intended(1) });
    expect(nextChargeStep(aPayment(), blocked)).toEqual({ do: 'end', result: 'unknown' });
  });

  it('first says which run charges, where an earlier one or none is known to have done so', () => {
    for (const last of [{ run: 1 }, { run: undefined }, { ...captured, run: 1 }])
      expect(nextChargeStep(aPayment({}, { status: 'declined' }, last), task)).toEqual({
        do: 'store',
        payment: aPayment({ version: 2 }, { status: 'declined' }, { ...last, run: 2 }),
      });
  });

  it.each<[string, Payment, string]>([
    ['declined', aPayment({}, { status: 'declined' }), 'declined'],
    ['superseded while it is settled', aPayment({ status: 'settling' }), 'superseded'],
    ['superseded by a tombstone', aPayment({ status: 'settled', attempts: [] }), 'superseded'],
    ['closed by the same run', aPayment({}, { status: 'closed', run: 2 }), 'unavailable'],
    ['closed by a later run', aPayment({}, { status: 'closed', run: 3 }), 'unavailable'],
    ['closed by an unknown run', aPayment({}, { status: 'closed', run: undefined }), 'unavailable'],
    [
      'out of attempts',
      aPayment({}, ...Array.from({ length: MAX_ATTEMPTS }, () => ({ status: 'settled' as const }))),
      'unresolved',
    ],
  ])('ends a payment that is %s', (_, payment, result) => {
    expect(nextChargeStep(payment, task)).toEqual({ do: 'end', result });
  });

  it('reopens what an earlier run closed, under its own key, or closes it again', () => {
    const payment = aPayment({}, { status: 'declined' }, { status: 'closed', run: 1 });
    const declined = anAttempt({ status: 'declined' });
    expect(nextChargeStep(payment, task)).toEqual({
      do: 'store',
      payment: { ...payment, version: 2, attempts: [declined, intended(2)] },
    });
    expect(nextChargeStep(payment, blocked)).toEqual({
      do: 'store',
      payment: { ...payment, version: 2, attempts: [declined, anAttempt({ n: 2, status: 'closed', run: 2 })] },
    });
  });

  it.each<[string, Partial<Attempt>]>([
    ['nothing is kept of a capture', { ...captured, refunded: 55_00 }],
    ['it was voided', { status: 'settled' }],
  ])('opens the next attempt once %s', (_, last) => {
    const payment = aPayment({}, last);
    const over = anAttempt({ ...last, status: 'settled' });
    expect(nextChargeStep(payment, task)).toEqual({
      do: 'store',
      payment: { ...payment, version: 2, attempts: [over, intended(2)] },
    });
    expect(nextChargeStep(payment, blocked)).toMatchObject({
      payment: { attempts: [over, { n: 2, status: 'closed', run: 2 }] },
    });
    // another task of the same run may have found the order paid
    expect(nextChargeStep(payment, { ...task, run: 1 })).toEqual({ do: 'end', result: 'unknown' });
  });

  it('follows a decline only if there is another card, and the last possible attempt by none', () => {
    for (const run of [1, undefined])
      expect(
        nextChargeStep(aPayment({}, { status: 'declined', run }), { ...task, continuesAfterDecline: true }),
      ).toMatchObject({
        do: 'store',
        payment: { attempts: [{ status: 'declined' }, { n: 2, status: 'intended' }] },
      });
    const declined = (n: number) => anAttempt({ n, status: 'declined' });
    const last = aPayment({}, declined(1), ...[2, 3, 4, 5].map(declined));
    expect(nextChargeStep(last, { ...task, continuesAfterDecline: true })).toEqual({ do: 'end', result: 'declined' });
  });

  it.each([
    ['paid', 55_00, 0],
    ['unresolved', 55_00, 1],
    ['unresolved', 55_01, 0],
  ])('is %s where %d less %d is kept, once the provider has said so in this task', (result, gross, refunded) => {
    const kept = anAttempt({ n: 2, status: 'captured', captured: gross, refunded, run: 2 });
    const payment = aPayment({}, { status: 'settled' }, kept);
    for (const unseen of [task, blocked, { ...task, seen: 1 }])
      expect(nextChargeStep(payment, unseen)).toEqual({ do: 'look', attempt: kept });
    expect(nextChargeStep(payment, { ...task, seen: 2 })).toEqual({ do: 'end', result });
  });

  it('looks at once at what an earlier run has recorded, if it was a part: no other task can find that paid', () => {
    const part = anAttempt({ status: 'captured', captured: 55_00, refunded: 1 });
    expect(nextChargeStep(aPayment({}, part), task)).toEqual({ do: 'look', attempt: part });
  });

  it('gives back first what is owed', () => {
    const owed = anAttempt({ status: 'settled', captured: 1 });
    for (const status of ['open', 'settled'] as const)
      expect(nextChargeStep(aPayment({ status }, owed), task)).toEqual({ do: 'giveBack', attempt: owed });
  });
});

describe('settling', () => {
  it.each(['intended', 'captured', 'declined'] as const)('calls the provider for an attempt that is %s', (status) => {
    const settling = startSettling(aPayment({}, { status }));
    expect(settling).toEqual(aPayment({ status: 'settling', version: 2 }, { status }));
    expect(attemptsToSettle(settling)).toEqual(settling.attempts);
    expect(markSettled(settling, { n: 1 }, { state: aState('voided'), at })).toEqual(
      aPayment({ status: 'settled', version: 3 }, { status: 'settled' }),
    );
  });

  it('is over at once if nothing was sent', () => {
    const settled = aPayment({ status: 'settled', version: 2 }, { status: 'settled' });
    expect(startSettling(aPayment({}, { status: 'closed', run: 1 }))).toEqual(settled);
    expect(attemptsToSettle(settled)).toEqual([]);
  });

  it.each(['settling', 'settled'] as const)('of a payment that is %s changes nothing', (status) => {
    const payment = aPayment({ status });
    expect(startSettling(payment)).toBe(payment);
  });

  it('is over once every attempt is, and keeps no money', () => {
    const settling = startSettling(aPayment({}, { status: 'declined' }, captured));
    const one = markSettled(settling, { n: 1 }, { state: aState('declined'), at });
    expect(one).toMatchObject({ status: 'settling', attempts: [{ status: 'settled' }, { status: 'captured' }] });
    const state = aState('captured', { refunded: 55_00, returned: 55_00 });
    expect(markSettled(one, { n: 2 }, { state, at })).toMatchObject({
      status: 'settled',
      attempts: [{ status: 'settled' }, { status: 'settled', captured: 55_00, refunded: 55_00 }],
    });
  });

  it('of what is owed leaves the payment open', () => {
    const payment = aPayment({}, { status: 'settled', captured: 55_00 });
    const state = aState('captured', { refunded: 55_00, returned: 55_00 });
    expect(markSettled(payment, { n: 1 }, { state, at })).toMatchObject({ status: 'open' });
    expect(attemptsToSettle(payment)).toEqual(payment.attempts);
  });
});

it('adopts an attempt whose payment was lost, as its order wants', () => {
  expect(adoptedPayment(request, { n: 2, isWanted: true, isOver: false })).toEqual(
    aPayment({}, { status: 'settled', run: undefined }, { status: 'intended', run: undefined }),
  );
  expect(adoptedPayment(request, { n: 1, isWanted: false, isOver: true })).toEqual(
    aPayment({ status: 'settled' }, { status: 'settled', run: undefined }),
  );
});

it('ends a settlement whose last open attempt turns out to be refunded', () => {
  const settling = aPayment({ status: 'settling' }, { status: 'declined' }, { status: 'settled' });
  const refunded = merge(settling, 1, aState('captured', { refunded: 55_00 }));
  expect(refunded).toMatchObject({ status: 'settled', attempts: [{ status: 'settled' }, { status: 'settled' }] });
  const kept = merge(settling, 1, aState('captured', { refunded: 54_99 }));
  expect(kept.status).toBe('settling');
  expect(attemptsToSettle(kept)).toMatchObject([{ n: 1 }]);
});

const anyAmount = fc.constantFrom(0, 20_00, 55_00);
/** What a provider may say in any order: the domain merges older answers, contradictions and repeats. */
const anyState = fc
  .record({
    status: fc.constantFrom('absent', 'pending', 'captured', 'declined', 'voided') as fc.Arbitrary<
      ChargeState['status']
    >,
    captured: anyAmount,
    refunded: anyAmount,
    returned: anyAmount,
    disputed: anyAmount,
  })
  .map((state): ChargeState => {
    const refunded = Math.min(state.refunded, state.captured);
    const disputed = Math.min(state.disputed, state.captured);
    return { ...state, currency: 'EUR', refunded, disputed, returned: Math.min(state.returned, refunded) };
  });
const anyAct = fc.oneof(
  fc.record({ act: fc.constant('said' as const), n: fc.integer({ min: 1, max: 5 }), state: anyState }),
  fc.record({
    act: fc.constant('charge' as const),
    run: fc.integer({ min: 1, max: 4 }),
    maySend: fc.boolean(),
    continuesAfterDecline: fc.boolean(),
  }),
  fc.record({ act: fc.constant('settle' as const) }),
  fc.record({ act: fc.constant('settled' as const), n: fc.integer({ min: 1, max: 5 }) }),
);

it('keeps its rules whatever happens in whatever order', () =>
  // Fails if a capture is dropped or lowered, if an attempt follows one that may still capture, if a run reopens what it or a later
  // run has closed, or follows what it or a later run has charged, if a settled payment is opened again, if a settlement has nothing left to end with, or if what is kept of an attempt that is over is not owed.
  fc.assert(
    fc.property(fc.array(anyAct, { maxLength: 30 }), (acts) => {
      let payment = openPayment(request, { run: 1, maySend: true });
      const closedBy = new Map<number, number>();
      for (const act of acts) {
        const before = payment;
        const attempt = 'n' in act ? payment.attempts[act.n - 1] : undefined;
        if (act.act === 'said' && attempt) payment = merge(payment, act.n, act.state);
        if (act.act === 'settle') payment = startSettling(payment);
        if (act.act === 'settled' && attempt && payment.status !== 'open') {
          const { captured, refunded } = attempt;
          const state = aState('captured', { captured, refunded: captured, returned: captured - refunded });
          payment = markSettled(payment, attempt, { state, at });
        }
        if (act.act === 'charge') {
          const next = nextChargeStep(payment, act);
          if (next.do === 'store') payment = next.payment;
          if (next.do === 'send') expect(payment.attempts.at(-1)).toEqual(next.attempt);
          const last = before.attempts.at(-1);
          const isReopened = last?.status === 'closed' && payment !== before;
          if (isReopened) expect(act.run).toBeGreaterThan(closedBy.get(last.n) ?? 0);
          if (payment.attempts.length > before.attempts.length) expect(act.run).toBeGreaterThan(last?.run ?? 0);
          const now = payment.attempts.at(-1);
          if (now?.status === 'closed') closedBy.set(now.n, now.run ?? 0);
        }
        for (const [index, old] of before.attempts.entries()) {
          const now = payment.attempts[index];
          expect(now?.captured).toBeGreaterThanOrEqual(old.captured);
          expect(now?.refunded).toBeGreaterThanOrEqual(old.refunded);
          expect(now?.refunded).toBeLessThanOrEqual(now?.captured ?? 0);
          if (old.status === 'settled') expect(now?.status).toBe('settled');
        }
        expect(payment.attempts.map(({ n }) => n)).toEqual(payment.attempts.map((_, index) => index + 1));
        expect(payment.attempts.length).toBeLessThanOrEqual(MAX_ATTEMPTS);
        for (const { status } of payment.attempts.slice(0, -1)) expect(['declined', 'settled']).toContain(status);
        const kept = payment.attempts.filter((one) => keptAmount(one) > 0);
        expect(kept.length - owedAttempts(payment).length).toBeLessThanOrEqual(1);
        if (payment.status === 'settled') expect(kept).toEqual(owedAttempts(payment));
        if (payment.status === 'settling') expect(attemptsToSettle(payment)).not.toEqual([]);
        if (before.status !== 'open') expect(payment.status).not.toBe('open');
        expect(payment === before || payment.version === before.version + 1).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  ));
