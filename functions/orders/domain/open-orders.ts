import { addMs, type Instant, type TenantId } from '#platform/kernel';

/** Which tenants have too many open orders. It is valid for a time only, so that a sweeper that fails refuses no orders for ever. */
export type OpenOrdersVerdict = { readonly tenants: readonly TenantId[]; readonly validUntil: Instant };

export const NO_VERDICT: OpenOrdersVerdict = { tenants: [], validUntil: '' };

/** Two counts may fail or be late before the verdict expires. */
const VALID_FOR_MS = 150_000;
/** Bounds the size of the verdict: some 30 KB. Of more tenants it names those with the most open orders. */
const MAX_TENANTS = 1_000;

export const judgeOpenOrders = (
  counts: ReadonlyMap<TenantId, number>,
  { at, maxOpenOrders }: { readonly at: Instant; readonly maxOpenOrders: number },
): OpenOrdersVerdict => {
  const atBound = [...counts].filter(([, count]) => count >= maxOpenOrders).sort(([, a], [, b]) => b - a);
  return { tenants: atBound.map(([tenantId]) => tenantId).slice(0, MAX_TENANTS), validUntil: addMs(at, VALID_FOR_MS) };
};

/** Whether the verdict refuses orders of any tenant. */
export const isInForce = ({ tenants, validUntil }: OpenOrdersVerdict, at: Instant): boolean =>
  tenants.length > 0 && at < validUntil;

export const hasTooManyOpenOrders = (verdict: OpenOrdersVerdict, tenantId: TenantId, at: Instant): boolean =>
  isInForce(verdict, at) && verdict.tenants.includes(tenantId);
