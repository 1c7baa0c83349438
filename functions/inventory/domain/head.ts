import type { Sku, TenantId } from '#shared/kernel';

/** What is known of a SKU as a whole: into how many shards its stock is spread, and whether the world was told that it ran out. */
export type Head = {
  readonly tenantId: TenantId;
  readonly sku: Sku;
  readonly shards: number;
  readonly depleted: boolean;
  readonly version: number;
};

/** Before its first adjustment a SKU has nothing, in one shard. */
export const unstocked = (tenantId: TenantId, sku: Sku): Head => ({
  tenantId,
  sku,
  shards: 1,
  depleted: true,
  version: 0,
});

export const touched = (head: Head): Head => ({ ...head, version: head.version + 1 });

export const inShards = (head: Head, shards: number): Head => ({ ...touched(head), shards });

/** The head after a count of what is available; itself where the world need not be told. */
export const counted = (head: Head, available: number): Head =>
  head.depleted === (available === 0) ? head : { ...touched(head), depleted: available === 0 };
