import { err, ok, type Result, type Sku, type TenantId } from '#platform/kernel';

/** A correction of a SKU's stock, stored so that it happens once. */
export type Adjustment = {
  readonly tenantId: TenantId;
  readonly id: string;
  readonly sku: Sku;
  readonly delta: number;
  readonly reason: string;
};

/** A retry finds its own adjustment. A different request under the same id is refused. */
export const matchesRequest = (existing: Adjustment, request: Adjustment): Result<Adjustment, 'key_reused'> =>
  existing.sku === request.sku && existing.delta === request.delta && existing.reason === request.reason
    ? ok(existing)
    : err('key_reused');
