import type { Sku, TenantId } from '#platform/kernel';

/** A correction of a SKU's stock, stored so that it happens once. */
export type Adjustment = {
  readonly tenantId: TenantId;
  readonly id: string;
  readonly sku: Sku;
  readonly delta: number;
  readonly reason: string;
  /** Of its request, to tell a replay from another request under the same key. */
  readonly requestDigest: string;
};
