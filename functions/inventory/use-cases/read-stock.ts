import { isCounted, leaseCount, splitStock } from '#inventory/domain/stock-counts';
import type { StockCount } from '#inventory/use-cases/count-stock';
import type { CountRequests } from '#inventory/use-cases/ports';
import { type Backoff, type Instant, ok, type Result, type Sku, type TenantId } from '#platform/kernel';

/** A stock count; with `held`, `sold` and `countedAt` where the split is known. */
export type StockReading = Omit<StockCount, 'changedAt'> & {
  readonly held?: number;
  readonly sold?: number;
  readonly countedAt?: Instant;
};

/** How long the caller that requested a count waits for it, in steps: 2 s in all. */
const WAITS_MS = [350, 150, 250, 500, 750];

type Ports = {
  readonly countStock: (tenantId: TenantId, sku: Sku, backoff: Backoff) => Promise<Result<StockCount, 'sku_not_found'>>;
  readonly counts: CountRequests;
  readonly now: () => Instant;
  readonly sleep: (ms: number) => Promise<void>;
};

/**
 * Reads a SKU's stock, and splits what is taken by the last count of the tenant's open holds. The cost does not depend on the number of
 * holds. Where a count is due, one caller requests it. Only if that one has no split to show does it wait for the count, for
 * a limited time; nobody else waits (ADR 92).
 */
export const readStock =
  ({ countStock, counts, now, sleep }: Ports) =>
  async (tenantId: TenantId, sku: Sku, backoff: Backoff): Promise<Result<StockReading, 'sku_not_found'>> => {
    const readOnce = async () => {
      const at = now();
      const state = await counts.findState(tenantId);
      const [counted, chunk] = await Promise.all([countStock(tenantId, sku, backoff), counts.findChunk(state, sku)]);
      if (!counted.ok) return counted;
      const { changedAt, ...count } = counted.value;
      const split = splitStock(sku, { taken: count.taken, changedAt }, { chunk, now: at });
      return ok({ at, state, split, reading: { ...count, ...split } });
    };
    const waitForCount = async (requestedAt: Instant) => {
      for (const ms of WAITS_MS) {
        await sleep(ms);
        if (isCounted(await counts.findState(tenantId), requestedAt)) return true;
      }
      return false;
    };

    const first = await readOnce();
    if (!first.ok) return first;
    const { at, state, split } = first.value;
    const lease = leaseCount(state, at);
    const isRequested = lease !== undefined && (await counts.request(state, lease));
    const isCountedNow = !split && isRequested && (await waitForCount(at));
    const latest = isCountedNow ? await readOnce() : first;
    return latest.ok ? ok(latest.value.reading) : latest;
  };
