import type { Money, OrderId, TenantId } from '#shared/kernel';

/**
 * All that is done about an order's money, whatever the number of runs: one attempt, one key at the provider.
 * `intended` stands before anything is sent. `settling` and `settled` refuse every later outcome of a charge: settled without
 * money is the tombstone.
 */
export type Attempt = {
  readonly tenantId: TenantId;
  readonly orderId: OrderId;
  readonly status: 'intended' | 'captured' | 'declined' | 'settling' | 'settled';
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

export const tombstone = (of: Of): Attempt => ({ ...intend(of), status: 'settled' });

/** The same for every run of the order, so that the provider captures at most once. */
export const providerKey = ({ tenantId, orderId }: Pick<Attempt, 'tenantId' | 'orderId'>) => `${tenantId}.${orderId}`;

/** What the provider said of a charge that was intended. */
export const charged = (attempt: Attempt, outcome: 'captured' | 'declined'): Attempt =>
  outcome === 'captured'
    ? moved(attempt, { status: 'captured', captured: attempt.total.amount })
    : moved(attempt, { status: 'declined' });

/** From here on no charge counts. A declined attempt has nothing to settle, and is settled at once. */
export const settle = (attempt: Attempt): Attempt => {
  if (attempt.status === 'settling' || attempt.status === 'settled') return attempt;
  return moved(attempt, { status: attempt.status === 'declined' ? 'settled' : 'settling' });
};

/** The provider has undone the charge: kept from happening, or refunded whole. */
export const undone = (attempt: Attempt, by: 'voided' | 'refunded'): Attempt => {
  const amount = by === 'refunded' ? attempt.total.amount : 0;
  return moved(attempt, { status: 'settled', captured: amount, refunded: amount });
};

const moved = (attempt: Attempt, change: Partial<Attempt>): Attempt => ({
  ...attempt,
  ...change,
  version: attempt.version + 1,
});
