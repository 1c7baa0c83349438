import { type ChargeState, keptAmount } from '#payments/domain/charge-state';
import {
  addReports,
  type ContradictedState,
  newReports,
  type Report,
  withContradiction,
} from '#payments/domain/report';
import type { Instant, Money, OrderId, TenantId } from '#platform/kernel';

/**
 * One try to get an order's total, with a key of its own at the provider. `intended` is stored before anything is sent. `closed`: it
 * was certain that nothing had been sent, and nothing is sent unless a later run reopens it. `settled` is over: what is kept of it, if
 * anything, must go back.
 */
export type Attempt = {
  /** From 1. */
  readonly n: number;
  readonly key: string;
  readonly status: 'intended' | 'closed' | 'captured' | 'declined' | 'settled';
  /** In minor units, as the provider reported. */
  readonly captured: number;
  readonly refunded: number;
  /** The last run that opened, closed or charged it. Absent where a restore has lost it. */
  readonly run?: number | undefined;
};

/** The run of an order that needs an attempt, and whether it may send it: otherwise the attempt is stored as closed. */
export type Opening = { readonly run: number; readonly maySend: boolean };

/**
 * Everything that happens to an order's money, over all of its runs (ADR 80). `settling` and `settled` refuse every later charge;
 * settled without attempts is the tombstone.
 */
export type Payment = {
  readonly tenantId: TenantId;
  readonly orderId: OrderId;
  /** The order's total. */
  readonly total: Money;
  readonly status: 'open' | 'settling' | 'settled';
  readonly attempts: readonly Attempt[];
  readonly reports?: readonly Report[] | undefined;
  /** Only while `owedAttempts` has any: since when, and when their return is tried next. */
  readonly owed?: { readonly since: Instant; readonly dueAt: Instant } | undefined;
  readonly version: number;
};

export type PaymentRequest = Pick<Payment, 'tenantId' | 'orderId' | 'total'>;
type PaymentIds = Pick<Payment, 'tenantId' | 'orderId'>;

/** An order that needs more attempts than this needs a person. */
export const MAX_ATTEMPTS = 5;

/** The same for every run of the order, so that the provider captures at most once for each attempt. */
export const providerKey = ({ tenantId, orderId }: PaymentIds, n = 1) =>
  n === 1 ? `${tenantId}.${orderId}` : `${tenantId}.${orderId}.${n}`;
/** The same for every refund of the attempt, so that the provider refunds once. */
export const refundKey = ({ key }: Pick<Attempt, 'key'>) => `${key}.refund`;

const createAttempt = (ids: PaymentIds, n: number, status: Attempt['status']): Attempt => ({
  n,
  key: providerKey(ids, n),
  status,
  captured: 0,
  refunded: 0,
});

/** The next attempt: to be sent, or closed by a run that may not send. */
const nextAttempt = (ids: PaymentIds, n: number, { run, maySend }: Opening): Attempt => ({
  ...createAttempt(ids, n, maySend ? 'intended' : 'closed'),
  run,
});

const createPayment = (
  { tenantId, orderId, total }: PaymentRequest,
  status: Payment['status'],
  attempts: readonly Attempt[],
): Payment => ({ tenantId, orderId, total, status, attempts, version: 1 });

/** The first attempt: to be sent, or closed by a run that may not send. */
export const openPayment = (request: PaymentRequest, opening: Opening): Payment =>
  createPayment(request, 'open', [nextAttempt(request, 1, opening)]);

export const paymentTombstone = (request: PaymentRequest): Payment => createPayment(request, 'settled', []);

/**
 * The payment of an order whose own record was lost in a restore, as far as its attempt `n` shows: it was opened once all earlier
 * ones were over. `isWanted`: the order may still be paid by it.
 */
export const adoptedPayment = (
  request: PaymentRequest,
  { n, isWanted, isOver }: { readonly n: number; readonly isWanted: boolean; readonly isOver: boolean },
): Payment =>
  createPayment(
    request,
    isOver ? 'settled' : 'open',
    Array.from({ length: n }, (_, index) =>
      createAttempt(request, index + 1, isWanted && index + 1 === n ? 'intended' : 'settled'),
    ),
  );

/** Adds the lost attempt to a tombstone, as owed: the order was unwound after the restore, and wants no money. */
export const adoptIntoTombstone = (payment: Payment): Payment =>
  nextVersion(payment, { attempts: [createAttempt(payment, 1, 'settled')] });

/** The attempt after the last one, which is over from here on. */
export const withNextAttempt = (payment: Payment, opening: Opening): Payment => {
  const over = payment.attempts.map((attempt) =>
    attempt.status === 'captured' ? { ...attempt, status: 'settled' as const } : attempt,
  );
  return nextVersion(payment, { attempts: [...over, nextAttempt(payment, over.length + 1, opening)] });
};

/** The last attempt, which was closed, once more: to be sent, or closed by a later run that may not send. */
export const withLastReopened = (payment: Payment, opening: Opening): Payment => {
  const earlier = payment.attempts.slice(0, -1);
  return nextVersion(payment, { attempts: [...earlier, nextAttempt(payment, payment.attempts.length, opening)] });
};

/** The last attempt is charged by this run: no other task of it may open another attempt. */
export const withLastClaimed = (payment: Payment, { run }: Pick<Opening, 'run'>): Payment => {
  const attempts = payment.attempts.map((attempt) =>
    attempt.n === payment.attempts.length ? { ...attempt, run } : attempt,
  );
  return nextVersion(payment, { attempts });
};

/** Attempts that are over and of which the provider keeps money that no order wants. */
export const owedAttempts = ({ attempts }: Pick<Payment, 'attempts'>): readonly Attempt[] =>
  attempts.filter((attempt) => attempt.status === 'settled' && keptAmount(attempt) > 0);

/** Money is owed from the moment at which it becomes known, until none is. */
const withOwed = ({ owed, ...payment }: Payment, at: Instant): Payment =>
  owedAttempts(payment).length > 0 ? { ...payment, owed: owed ?? { since: at, dueAt: at } } : payment;

/** A return has failed: it is tried again at `dueAt`, behind all that are due before. */
export const postponeReturn = (payment: Payment, dueAt: Instant): Payment =>
  nextVersion(payment, { owed: payment.owed && { ...payment.owed, dueAt } });

/**
 * Merges the provider's state (checked by `checkState`) into one attempt. Returns the same object if nothing changes. It may be an
 * older answer: what was captured or refunded once stays so. A capture counts for the order only if its attempt is the last one and
 * was sent; of any other attempt the money is owed (ADR 80). A settlement that has nothing left to settle ends.
 */
export const withState = (
  payment: Payment,
  { n }: Pick<Attempt, 'n'>,
  { state, at }: { readonly state: ChargeState; readonly at: Instant },
): Payment => {
  const reports = newReports(payment.reports, n, { state, at });
  let changed = reports.length > 0;
  const attempts = payment.attempts.map((attempt) => {
    if (attempt.n !== n) return attempt;
    const captured = Math.max(attempt.captured, state.captured);
    const refunded = Math.max(attempt.refunded, state.refunded);
    const status = statusAfter(attempt, { payment, state, captured });
    if (status === attempt.status && captured === attempt.captured && refunded === attempt.refunded) return attempt;
    changed = true;
    return { ...attempt, status, captured, refunded };
  });
  if (!changed) return payment;
  const isSettled = payment.status === 'settling' && attemptsToSettle({ attempts }).length === 0;
  const next = nextVersion(payment, {
    ...{ attempts, ...(reports.length > 0 && { reports: addReports(payment.reports, reports) }) },
    ...(isSettled && { status: 'settled' as const }),
  });
  return withOwed(next, at);
};

type Answer = { readonly payment: Payment; readonly state: ChargeState; readonly captured: number };

const statusAfter = ({ n, status }: Attempt, { payment, state, captured }: Answer): Attempt['status'] => {
  const isLast = n === payment.attempts.length;
  if (captured > 0) return isLast && status !== 'closed' && status !== 'settled' ? 'captured' : 'settled';
  if (status !== 'intended') return status;
  if (state.status === 'declined') return 'declined';
  // a settlement marks itself what it has voided, and ends with the last one
  return state.status === 'voided' && payment.status === 'open' ? 'settled' : status;
};

/** The payment with what the provider said of one attempt that cannot be true; this very object where that is known. */
export const reportContradicted = (
  payment: Payment,
  { n }: Pick<Attempt, 'n'>,
  contradicted: ContradictedState & { readonly at: Instant },
): Payment => {
  const reports = withContradiction(payment.reports, { n, total: payment.total, ...contradicted });
  return reports === payment.reports ? payment : nextVersion(payment, { reports });
};

/** From here on no charge counts. Where certainly nothing was sent, the payment is settled at once. */
export const startSettling = (payment: Payment): Payment => {
  if (payment.status !== 'open') return payment;
  const attempts = payment.attempts.map((attempt) =>
    attempt.status === 'closed' ? { ...attempt, status: 'settled' as const } : attempt,
  );
  const isSettled = attempts.every(({ status }) => status === 'settled');
  return nextVersion(payment, { status: isSettled ? 'settled' : 'settling', attempts });
};

/** The attempts for which the provider may have or get money. */
export const attemptsToSettle = ({ attempts }: Pick<Payment, 'attempts'>): readonly Attempt[] =>
  attempts.filter((attempt) => attempt.status !== 'settled' || keptAmount(attempt) > 0);

/** The provider keeps nothing of the attempt, and never will. Once that is true of all, a payment in settlement is settled. */
export const markSettled = (
  payment: Payment,
  { n }: Pick<Attempt, 'n'>,
  answer: { readonly state: ChargeState; readonly at: Instant },
): Payment => {
  const recorded = withState(payment, { n }, answer);
  const attempts = recorded.attempts.map((attempt) =>
    attempt.n === n ? { ...attempt, status: 'settled' as const } : attempt,
  );
  const isSettled = payment.status === 'settling' && attempts.every(({ status }) => status === 'settled');
  const settled = nextVersion(payment, { ...recorded, attempts, ...(isSettled && { status: 'settled' }) });
  return withOwed(settled, answer.at);
};

const nextVersion = (payment: Payment, change: Partial<Payment>): Payment => ({
  ...payment,
  ...change,
  version: payment.version + 1,
});
