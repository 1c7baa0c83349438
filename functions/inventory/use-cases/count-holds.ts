import { lastChange, taken } from '#inventory/domain/stock';
import { distributeCounts, isCounted, type TakenUnits, toSkuCounts } from '#inventory/domain/stock-counts';
import type { CountWriter, StockReader } from '#inventory/use-cases/ports';
import { err, type Instant, ok, type Result, type Sku, type TenantId } from '#platform/kernel';

/**
 * The index of open holds follows the table within moments, so the holds are read this long after the count began: what had changed before
 * it is then in the index.
 */
const INDEX_DELAY_MS = 250;
/** For at most this many SKUs, what is sold is counted too, so that it can be shown while their stock changes. */
const MAX_MEASURED_SKUS = 1_000;
const MAX_SUMMARIES = 100;

type Ports = {
  readonly counts: CountWriter;
  readonly stock: StockReader;
  /** Undefined where there are too many to count. */
  readonly heldBySku: (tenantId: TenantId) => Promise<ReadonlyMap<Sku, number> | undefined>;
  readonly now: () => Instant;
  readonly sleep: (ms: number) => Promise<void>;
};
type CountRequest = { readonly tenantId: TenantId; readonly requestedAt: Instant };
type NotCounted = 'already_counted' | 'too_many_holds' | 'too_many_skus';

/** Counts a tenant's open holds, unless they have been counted since the request. Several counts at a time do no harm: each is true. */
export const countHolds =
  ({ counts, stock, heldBySku, now, sleep }: Ports) =>
  async ({ tenantId, requestedAt }: CountRequest): Promise<Result<Instant, NotCounted>> => {
    const state = await counts.findState(tenantId);
    if (isCounted(state, requestedAt)) return err('already_counted');
    const countedAt = now();
    const previous = await counts.findAll(state);
    await sleep(INDEX_DELAY_MS);
    const openHolds = await heldBySku(tenantId);
    if (!openHolds) return err('too_many_holds');
    // the SKU that is read comes first, so that it is measured, however many others there are
    const held = new Map([...(state.sku === undefined ? [] : [[state.sku, 0] as const]), ...openHolds]);
    const taken = await readTaken(stock, tenantId, [...held.keys()].slice(0, MAX_MEASURED_SKUS));
    const chunks = distributeCounts(toSkuCounts({ held, taken, previous, countedAt }), countedAt);
    if (!chunks.ok) return chunks;
    await counts.put(tenantId, chunks.value, countedAt);
    return ok(countedAt);
  };

const readTaken = async (stock: StockReader, tenantId: TenantId, skus: readonly Sku[]) => {
  const units = new Map<Sku, TakenUnits>();
  for (let from = 0; from < skus.length; from += MAX_SUMMARIES) {
    const summaries = await stock.summaries(tenantId, skus.slice(from, from + MAX_SUMMARIES));
    const bySku = Map.groupBy(await stock.shards(summaries), ({ sku }) => sku);
    for (const [sku, shards] of bySku) units.set(sku, { taken: taken(shards), changedAt: lastChange(shards) });
  }
  return units;
};
