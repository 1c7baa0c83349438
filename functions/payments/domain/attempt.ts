import type { Money, OrderId, TenantId } from '#platform/kernel';

/**
 * Everything that happens to an order's money, over all of its runs: one attempt, one key at the provider.
 * `intended` is stored before anything is sent. `closed` was stored instead of an intent, and keeps this run from sending anything.
 * `settling` and `settled` refuse every later outcome of a charge; settled without money is the tombstone.
 */
export type Attempt = {
  readonly tenantId: TenantId;
  readonly orderId: OrderId;
  readonly status: 'intended' | 'closed' | 'captured' | 'declined' | 'settling' | 'settled';
  /** The order's total. */
  readonly total: Money;
  /** In minor units, as the provider reported. */
  readonly captured: number;
  readonly refunded: number;
  /** While closed: the run of the order that closed it. */
  readonly run?: number | undefined;
  readonly version: number;
};

type AttemptRequest = Pick<Attempt, 'tenantId' | 'orderId' | 'total'>;

export const intendedAttempt = ({ tenantId, orderId, total }: AttemptRequest): Attempt => ({
  tenantId,
  orderId,
  total,
  status: 'intended',
  captured: 0,
  refunded: 0,
  version: 1,
});

export const closedAttempt = (request: AttemptRequest & { readonly run: number }): Attempt => ({
  ...intendedAttempt(request),
  status: 'closed',
  run: request.run,
});

/**
 * A later run than the one that closed the attempt opens it again, or closes it in its turn. A late repeat of the run that closed it
 * changes nothing, because its order may have been told to pay another way since.
 */
export const reopen = (
  attempt: Attempt,
  { run, permitted }: { readonly run: number; readonly permitted: boolean },
): Attempt => {
  if (attempt.status !== 'closed' || run <= (attempt.run ?? 0)) return attempt;
  if (!permitted) return nextVersion(attempt, { run });
  const { run: _, ...rest } = attempt;
  return nextVersion(rest, { status: 'intended' });
};
export const attemptTombstone = (request: AttemptRequest): Attempt => ({
  ...intendedAttempt(request),
  status: 'settled',
});

type AttemptIds = Pick<Attempt, 'tenantId' | 'orderId'>;

/** The same for every run of the order, so the provider captures at most once. */
export const providerKey = ({ tenantId, orderId }: AttemptIds) => `${tenantId}.${orderId}`;
/** The same for every refund of the order, so the provider refunds once. */
export const refundKey = (ids: AttemptIds) => `${providerKey(ids)}.refund`;

/** The provider's answer to an intended charge. */
export const withOutcome = (attempt: Attempt, outcome: 'captured' | 'declined'): Attempt =>
  outcome === 'captured'
    ? nextVersion(attempt, { status: 'captured', captured: attempt.total.amount })
    : nextVersion(attempt, { status: 'declined' });

/** From here on no charge counts. Where certainly nothing was captured, the attempt is settled at once. */
export const startSettling = (attempt: Attempt): Attempt => {
  if (attempt.status === 'settling' || attempt.status === 'settled') return attempt;
  const isUncaptured = attempt.status === 'declined' || attempt.status === 'closed';
  return nextVersion(attempt, { status: isUncaptured ? 'settled' : 'settling' });
};

/** The provider has undone the charge: voided it before any capture, or refunded all of it. */
export const markSettled = (attempt: Attempt, by: 'voided' | 'refunded'): Attempt => {
  const amount = by === 'refunded' ? attempt.total.amount : 0;
  return nextVersion(attempt, { status: 'settled', captured: amount, refunded: amount });
};

/**
 * Classifies a capture that the provider reports on its own. `new`: it was intended. `duplicate`: it is recorded. `settling`: the
 * settlement in progress is about to learn of it, so only afterwards can it be classified. `unwanted`: the order does not need it
 * and has not refunded it.
 */
export const classifyCapture = ({ status, refunded }: Attempt): 'new' | 'duplicate' | 'settling' | 'unwanted' => {
  if (status === 'intended') return 'new';
  if (status === 'settling') return 'settling';
  return status === 'captured' || refunded > 0 ? 'duplicate' : 'unwanted';
};

/** An unwanted capture was refunded. The order keeps its status. */
export const withReturnedCapture = (attempt: Attempt): Attempt =>
  nextVersion(attempt, { captured: attempt.total.amount, refunded: attempt.total.amount });

const nextVersion = (attempt: Attempt, change: Partial<Attempt>): Attempt => ({
  ...attempt,
  ...change,
  version: attempt.version + 1,
});
