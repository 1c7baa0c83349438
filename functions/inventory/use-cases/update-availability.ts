import { emptySummary, type SkuSummary, withAvailability } from '#inventory/domain/sku-summary';
import { available } from '#inventory/domain/stock';
import type { SkuSummaries } from '#inventory/use-cases/ports';
import type { Sku, TenantId } from '#platform/kernel';

/** The summary changes when stock runs out, returns or is adjusted, so a summary that changes during this many counts is a fault. */
const MAX_COUNTS = 5;

/**
 * Counts a SKU after a change of its stock and publishes when it runs out or returns. After publishing it counts once more: another
 * worker may have compared a change with the old summary and found nothing to publish. So neither the order nor repeats of
 * events matter. A move between shards during a count changes the summary, so that count is discarded.
 */
export const updateAvailability = (summaries: SkuSummaries) => async (tenantId: TenantId, sku: Sku) => {
  for (let counts = 0; counts < MAX_COUNTS; counts += 1) {
    const [summary = emptySummary(tenantId, sku)] = await summaries.summaries(tenantId, [sku]);
    const counted = withAvailability(summary, available(await summaries.shards([summary])));
    if (counted !== summary) await summaries.publish(summary, counted);
    else if (await isUnchanged(summaries, summary)) return;
  }
  throw new Error(`the summary of ${sku} changed during each of ${MAX_COUNTS} counts`);
};

const isUnchanged = async (summaries: SkuSummaries, { tenantId, sku, version }: SkuSummary): Promise<boolean> => {
  const [current = emptySummary(tenantId, sku)] = await summaries.summaries(tenantId, [sku]);
  return current.version === version;
};
