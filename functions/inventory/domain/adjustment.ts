import { err, ok, type Result, type Sku, type TenantId } from '#shared/kernel';

/** A correction of a SKU's stock, kept so that it happens once. */
export type Adjustment = {
  readonly tenantId: TenantId;
  readonly id: string;
  readonly sku: Sku;
  readonly delta: number;
  readonly reason: string;
};

/** A retry meets its own adjustment; another one under the same id is refused. */
export const meet = (standing: Adjustment, asked: Adjustment): Result<Adjustment, 'key_reused'> =>
  standing.sku === asked.sku && standing.delta === asked.delta && standing.reason === asked.reason
    ? ok(standing)
    : err('key_reused');
