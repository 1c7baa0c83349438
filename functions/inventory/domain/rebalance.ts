import { type Allocation, MAX_ALLOCATIONS, type Shard } from '#inventory/domain/stock';
import type { Sku } from '#platform/kernel';

/** One transaction of a rebalancing: units that change their shard, zero in sum, and the SKU's number of shards afterwards. */
export type Shift = { readonly shards: number; readonly changes: readonly Allocation[] };

type Rebalancing = {
  readonly sku: Sku;
  readonly shards: readonly Shard[];
  /** The number of shards before and after. */
  readonly from: number;
  readonly to: number;
};

/**
 * Plans how to distribute a SKU over `to` shards that differ by at most one unit. Each shift takes from one shard only: the fewer
 * shards a transaction shares with orders, the more likely it succeeds. New shards are filled last and in order, so a plan may be
 * abandoned after any shift; its last shift sets the final number of shards.
 */
export function rebalance({ sku, shards, from, to }: Rebalancing): readonly Shift[] {
  const stocked = new Map(shards.map(({ shard, available }) => [shard, available]));
  const all = Array.from({ length: to }, (_, shard) => ({ shard, available: stocked.get(shard) ?? 0 }));
  const total = all.reduce((sum, { available }) => sum + available, 0);
  // the remainder stays where most units are, so that the fewest units move
  const surplus = all
    .toSorted((a, b) => b.available - a.available)
    .map(({ shard, available }, rank) => ({
      shard,
      units: available - Math.floor(total / to) - (rank < total % to ? 1 : 0),
    }));
  const receivers = surplus
    .filter(({ units }) => units < 0)
    .map(({ shard, units }) => ({ shard, missing: -units }))
    .toSorted((a, b) => a.shard - b.shard);

  let count = from;
  const shifts = surplus
    .filter(({ units }) => units > 0)
    .map(({ shard, units }): Shift => {
      const received = give(sku, units, receivers);
      count = Math.max(count, ...received.map((allocation) => allocation.shard + 1));
      return { shards: count, changes: [{ sku, shard, quantity: -units }, ...received] };
    });
  return [...shifts.slice(0, -1), { changes: [], ...shifts.at(-1), shards: to }];
}

/** Gives units to the first receivers, and reduces what they miss. */
function give(
  sku: Sku,
  units: number,
  receivers: readonly { readonly shard: number; missing: number }[],
): readonly Allocation[] {
  let left = units;
  return receivers.flatMap((receiver) => {
    const quantity = Math.min(left, receiver.missing);
    left -= quantity;
    receiver.missing -= quantity;
    return quantity > 0 ? [{ sku, shard: receiver.shard, quantity }] : [];
  });
}

/**
 * Plans how to consolidate stock so that allocations from too many shards for one transaction become few enough: of the SKUs
 * allocated from most shards, the whole line moves into the first of its shards. Empty where the allocations are few enough.
 */
export function consolidate(
  allocations: readonly Allocation[],
): readonly { readonly sku: Sku; readonly changes: readonly Allocation[] }[] {
  const bySku = [...Map.groupBy(allocations, ({ sku }) => sku)].toSorted(([, a], [, b]) => b.length - a.length);
  let count = allocations.length;
  return bySku.flatMap(([sku, own]) => {
    if (count <= MAX_ALLOCATIONS) return [];
    count -= own.length - 1;
    const rest = own.slice(1).reduce((sum, { quantity }) => sum + quantity, 0);
    return [
      {
        sku,
        changes: own.map((allocation, i) => ({ ...allocation, quantity: i === 0 ? rest : -allocation.quantity })),
      },
    ];
  });
}
