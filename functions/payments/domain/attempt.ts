import type { Money, OrderId, TenantId } from '#shared/kernel';

/**
 * All that is done about an order's money, whatever the number of runs: one attempt, one key at the provider.
 * `intended` stands before anything is sent. `closed` came before any intent, and keeps this order from ever being sent.
 * `settling` and `settled` refuse every later outcome of a charge: settled without money is the tombstone.
 */
export type Attempt = {
  readonly tenantId: TenantId;
  readonly orderId: OrderId;
  readonly status: 'intended' | 'closed' | 'captured' | 'declined' | 'settling' | 'settled';
  /** What the order costs. */
  readonly total: Money;
  /** In minor units, as the provider told. */
  readonly captured: number;
  readonly refunded: number;
  readonly version: number;
};

type Of = Pick<Attempt, 'tenantId' | 'orderId' | 'total'>;

export const intend = ({ tenantId, orderId, total }: Of): Attempt => ({
  tenantId,
  orderId,
  total,
  status: 'intended',
  captured: 0,
  refunded: 0,
  version: 1,
});

export const closed = (of: Of): Attempt => ({ ...intend(of), status: 'closed' });
export const tombstone = (of: Of): Attempt => ({ ...intend(of), status: 'settled' });

type Named = Pick<Attempt, 'tenantId' | 'orderId'>;

/** The same for every run of the order, so that the provider captures at most once. */
export const providerKey = ({ tenantId, orderId }: Named) => `${tenantId}.${orderId}`;
/** The same for whoever refunds, so that the provider gives back once. */
export const refundKey = (attempt: Named) => `${providerKey(attempt)}.refund`;

/** What the provider said of a charge that was intended. */
export const charged = (attempt: Attempt, outcome: 'captured' | 'declined'): Attempt =>
  outcome === 'captured'
    ? moved(attempt, { status: 'captured', captured: attempt.total.amount })
    : moved(attempt, { status: 'declined' });

/** From here on no charge counts. Where certainly nothing was captured there is nothing to settle, and it is settled at once. */
export const settle = (attempt: Attempt): Attempt => {
  if (attempt.status === 'settling' || attempt.status === 'settled') return attempt;
  const nothing = attempt.status === 'declined' || attempt.status === 'closed';
  return moved(attempt, { status: nothing ? 'settled' : 'settling' });
};

/** The provider has undone the charge: kept from happening, or refunded whole. */
export const undone = (attempt: Attempt, by: 'voided' | 'refunded'): Attempt => {
  const amount = by === 'refunded' ? attempt.total.amount : 0;
  return moved(attempt, { status: 'settled', captured: amount, refunded: amount });
};

/**
 * What a capture means that the provider tells of by itself. `vain`: the order wants none, and has not given it back. `early`:
 * whoever settles is about to learn of it; only when that has ended can be said whether it did.
 */
export const surfaced = ({ status, refunded }: Attempt): 'news' | 'known' | 'early' | 'vain' => {
  if (status === 'intended') return 'news';
  if (status === 'settling') return 'early';
  return status === 'captured' || refunded > 0 ? 'known' : 'vain';
};

/** A capture that nobody wanted went back; what is decided about the order stays so. */
export const returned = (attempt: Attempt): Attempt =>
  moved(attempt, { captured: attempt.total.amount, refunded: attempt.total.amount });

const moved = (attempt: Attempt, change: Partial<Attempt>): Attempt => ({
  ...attempt,
  ...change,
  version: attempt.version + 1,
});
