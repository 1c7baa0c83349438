import { isOffline, MINUTE_MS } from '#orders/domain/channel';
import { isInProgress, type Moment, type Order, restart, startCancelling, statusSince } from '#orders/domain/order';
import { hasBeenUnpaidFor, type PausedTime } from '#orders/domain/payment-time';
import type { Sku } from '#platform/kernel';

/** After this number of tries the order is refused: others took the units each time. */
const MAX_GIVE_WAYS = 3;

/** How many units of a SKU an order misses. */
export type Shortage = { readonly sku: Sku; readonly missing: number };
/** An order that holds units, with its units per SKU. */
export type Holder = { readonly order: Order; readonly held: ReadonlyMap<Sku, number> };

/** Whether other orders may give way to this one, in this run of its saga. */
export const mayBeGivenWay = (order: Order, run: number): boolean =>
  order.status === 'placed' && order.run === run && (order.giveWays ?? 0) < MAX_GIVE_WAYS;

/** Whether the units of an order will be released soon, because it gave way already. */
const isReleasing = ({ order }: Holder): boolean => isInProgress(order) && order.reason === 'gave_way';

/**
 * Chooses the orders that give way: of those that have been offline for at least `afterMinutes`, pauses not counted, the oldest, as few as cover the shortages. What orders that gave way before still hold counts. Undefined where all of them would not
 * be enough: then none gives way. None does while a pause lasts.
 */
export function chooseGivingWay(
  shortages: readonly Shortage[],
  holders: readonly Holder[],
  { afterMinutes, ...time }: PausedTime & { readonly afterMinutes: number },
): readonly Order[] | undefined {
  const missing = new Map(shortages.map((shortage) => [shortage.sku, shortage.missing]));
  const giveUnits = ({ held }: Holder) => {
    for (const [sku, units] of missing) missing.set(sku, units - (held.get(sku) ?? 0));
  };
  for (const holder of holders.filter(isReleasing)) giveUnits(holder);
  const candidates = holders
    .filter(({ order }) => hasBeenUnpaidFor(order, afterMinutes * MINUTE_MS, time))
    .toSorted((a, b) => (statusSince(a.order) < statusSince(b.order) ? -1 : 1));
  const chosen: Holder[] = [];
  for (const candidate of candidates) {
    const isNeeded = [...missing].some(([sku, units]) => units > 0 && candidate.held.has(sku));
    if (!isNeeded) continue;
    giveUnits(candidate);
    chosen.push(candidate);
  }
  if ([...missing.values()].some((units) => units > 0)) return undefined;
  return withoutUnneeded(chosen, missing).map(({ order }) => order);
}

/** A large order that came last may make small ones before it unneeded. `missing` is what is missing after all of them: 0 or less. */
const withoutUnneeded = (chosen: readonly Holder[], missing: Map<Sku, number>): readonly Holder[] => {
  const spared = new Set<Holder>();
  for (const candidate of chosen.toReversed()) {
    const { held } = candidate;
    if ([...missing].some(([sku, units]) => units + (held.get(sku) ?? 0) > 0)) continue;
    for (const [sku, units] of missing) missing.set(sku, units + (held.get(sku) ?? 0));
    spared.add(candidate);
  }
  return chosen.filter((candidate) => !spared.has(candidate));
};

/** An unpaid order gives way, unless it has changed since it was chosen. */
export const giveWay = (order: Order, moment: Moment): Order =>
  isOffline(order) ? startCancelling(order, 'gave_way', moment) : order;

/** Units were released: the order's saga tries again. */
export const tryAgain = (order: Order, moment: Moment): Order => ({
  ...restart(order, moment),
  restarts: order.restarts,
  giveWays: (order.giveWays ?? 0) + 1,
});
