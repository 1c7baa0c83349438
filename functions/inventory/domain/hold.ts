import type { Allocation } from '#inventory/domain/stock';
import { err, type OrderId, ok, type Result, type Sku, type TenantId } from '#platform/kernel';

/** The stock of one order. A `released` hold without allocations is a tombstone: it refuses a hold that comes after its release. */
export type Hold = {
  readonly tenantId: TenantId;
  readonly orderId: OrderId;
  readonly state: 'open' | 'committed' | 'released';
  readonly allocations: readonly Allocation[];
  readonly version: number;
};

type HoldIds = Pick<Hold, 'tenantId' | 'orderId'>;

export const openHold = ({ tenantId, orderId }: HoldIds, allocations: readonly Allocation[]): Hold => ({
  tenantId,
  orderId,
  state: 'open',
  allocations,
  version: 1,
});

export const holdTombstone = (ids: HoldIds): Hold => ({ ...openHold(ids, []), state: 'released' });

/** The stock is sold. Committing twice is success. */
export const commitHold = (hold: Hold): Result<Hold, 'released'> =>
  hold.state === 'released' ? err('released') : ok(transitionTo(hold, 'committed'));

/** The stock goes back to its shards. Releasing twice is success. A committed hold stays committed. */
export const releaseHold = (hold: Hold): Result<Hold, 'committed'> =>
  hold.state === 'committed' ? err('committed') : ok(transitionTo(hold, 'released'));

/** How much of each SKU an open hold keeps. */
export const heldQuantities = (hold: Hold): ReadonlyMap<Sku, number> => {
  const quantities = new Map<Sku, number>();
  for (const { sku, quantity } of hold.state === 'open' ? hold.allocations : [])
    quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  return quantities;
};

const transitionTo = (hold: Hold, state: Hold['state']): Hold =>
  hold.state === state ? hold : { ...hold, state, version: hold.version + 1 };
