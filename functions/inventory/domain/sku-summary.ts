import type { Sku, TenantId } from '#platform/kernel';

/** What is stored of a SKU as a whole, in the item `head`: its number of shards, and whether it was published as depleted. */
export type SkuSummary = {
  readonly tenantId: TenantId;
  readonly sku: Sku;
  readonly shards: number;
  readonly depleted: boolean;
  readonly version: number;
};

/** Before its first adjustment a SKU has nothing, in one shard. */
export const emptySummary = (tenantId: TenantId, sku: Sku): SkuSummary => ({
  tenantId,
  sku,
  shards: 1,
  depleted: true,
  version: 0,
});

export const nextVersion = (summary: SkuSummary): SkuSummary => ({ ...summary, version: summary.version + 1 });

export const withShards = (summary: SkuSummary, shards: number): SkuSummary => ({ ...nextVersion(summary), shards });

/** The summary after a count of the available units; unchanged where there is nothing to publish. */
export const withAvailability = (summary: SkuSummary, available: number): SkuSummary =>
  summary.depleted === (available === 0) ? summary : { ...nextVersion(summary), depleted: available === 0 };
