import type { Draw } from '#inventory/domain/stock';
import { err, type OrderId, ok, type Result, type Sku, type TenantId } from '#shared/kernel';

/** `released` without draws is a tombstone: it refuses a hold that comes after its release. */
export type Hold = {
  readonly tenantId: TenantId;
  readonly orderId: OrderId;
  readonly state: 'open' | 'committed' | 'released';
  readonly draws: readonly Draw[];
  readonly version: number;
};

type Of = Pick<Hold, 'tenantId' | 'orderId'>;

export const open = ({ tenantId, orderId }: Of, draws: readonly Draw[]): Hold => ({
  tenantId,
  orderId,
  state: 'open',
  draws,
  version: 1,
});

export const tombstone = (of: Of): Hold => ({ ...open(of, []), state: 'released' });

/** The stock is the customer's. Committing twice is success. */
export const commit = (hold: Hold): Result<Hold, 'released'> =>
  hold.state === 'released' ? err('released') : ok(moved(hold, 'committed'));

/** The stock goes back to the shards that it came from. Releasing twice is success; what is committed stays. */
export const release = (hold: Hold): Result<Hold, 'committed'> =>
  hold.state === 'committed' ? err('committed') : ok(moved(hold, 'released'));

/** How much of each SKU an open hold keeps from others. */
export const heldBy = (hold: Hold): ReadonlyMap<Sku, number> => {
  const held = new Map<Sku, number>();
  for (const { sku, quantity } of hold.state === 'open' ? hold.draws : [])
    held.set(sku, (held.get(sku) ?? 0) + quantity);
  return held;
};

const moved = (hold: Hold, state: Hold['state']): Hold =>
  hold.state === state ? hold : { ...hold, state, version: hold.version + 1 };
