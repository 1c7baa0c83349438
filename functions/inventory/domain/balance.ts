import { type Draw, MOST_DRAWS, type Shard } from '#inventory/domain/stock';
import type { Sku } from '#shared/kernel';

/** Units of a SKU that change their shard, nothing in sum, and how many shards it lies in from then on. */
export type Shift = { readonly shards: number; readonly changes: readonly Draw[] };

/**
 * How to bring a SKU into `to` shards, none of them more than a unit ahead of another. Every shift takes from one shard alone: the
 * fewer that orders may be drawing from at the time, the surer it comes through. New shards are filled last and in their order,
 * so that a plan may be left after any shift; its last one completes the count.
 */
export function level(sku: Sku, shards: readonly Shard[], from: number, to: number): readonly Shift[] {
  const stocked = new Map(shards.map(({ shard, available }) => [shard, available]));
  const all = Array.from({ length: to }, (_, shard) => ({ shard, available: stocked.get(shard) ?? 0 }));
  const total = all.reduce((sum, { available }) => sum + available, 0);
  // what does not divide stays where most is, so that least is moved
  const surplus = all
    .toSorted((a, b) => b.available - a.available)
    .map(({ shard, available }, rank) => ({
      shard,
      units: available - Math.floor(total / to) - (rank < total % to ? 1 : 0),
    }));
  const wants = surplus
    .filter(({ units }) => units < 0)
    .map(({ shard, units }) => ({ shard, missing: -units }))
    .toSorted((a, b) => a.shard - b.shard);

  let count = from;
  const shifts = surplus
    .filter(({ units }) => units > 0)
    .map(({ shard, units }): Shift => {
      const given = give(sku, units, wants);
      count = Math.max(count, ...given.map((part) => part.shard + 1));
      return { shards: count, changes: [{ sku, shard, quantity: -units }, ...given] };
    });
  return [...shifts.slice(0, -1), { changes: [], ...shifts.at(-1), shards: to }];
}

/** Hands units to the first that want them, who want so many fewer from then on. */
function give(sku: Sku, units: number, wants: readonly { readonly shard: number; missing: number }[]): readonly Draw[] {
  let left = units;
  return wants.flatMap((want) => {
    const quantity = Math.min(left, want.missing);
    left -= quantity;
    want.missing -= quantity;
    return quantity > 0 ? [{ sku, shard: want.shard, quantity }] : [];
  });
}

/**
 * What to bring together so that draws of more shards than one transaction holds become few enough: of the SKUs drawn from most
 * shards, all of the line into the first of its shards. Nothing where they are few enough.
 */
export function gather(draws: readonly Draw[]): readonly { readonly sku: Sku; readonly changes: readonly Draw[] }[] {
  const lines = [...Map.groupBy(draws, ({ sku }) => sku)].toSorted(([, a], [, b]) => b.length - a.length);
  let count = draws.length;
  return lines.flatMap(([sku, own]) => {
    if (count <= MOST_DRAWS) return [];
    count -= own.length - 1;
    const rest = own.slice(1).reduce((sum, { quantity }) => sum + quantity, 0);
    return [{ sku, changes: own.map((part, i) => ({ ...part, quantity: i === 0 ? rest : -part.quantity })) }];
  });
}
