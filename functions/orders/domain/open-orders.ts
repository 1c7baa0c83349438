import { addMs, type Instant, type TenantId } from '#platform/kernel';

/** Which tenants have too many open orders. It is valid for a time only, so that a sweeper that fails refuses no orders for ever. */
export type OpenOrdersVerdict = { readonly tenants: readonly TenantId[]; readonly validUntil: Instant };

export const NO_VERDICT: OpenOrdersVerdict = { tenants: [], validUntil: '' };

/** Two counts may fail or be late before the verdict expires. */
const VALID_FOR_MS = 150_000;
/** Bounds the size of the verdict: some 30 KB. Of more tenants it names those with the most open orders. */
const MAX_TENANTS = 1_000;

export type TenantAtBound = { readonly tenantId: TenantId; readonly openOrders: number };

/** The tenants with this many open orders or more, those with the most first. */
export const tenantsAtBound = (
  counts: ReadonlyMap<TenantId, number>,
  maxOpenOrders: number,
): readonly TenantAtBound[] =>
  [...counts]
    .filter(([, openOrders]) => openOrders >= maxOpenOrders)
    .map(([tenantId, openOrders]) => ({ tenantId, openOrders }))
    .sort((a, b) => b.openOrders - a.openOrders)
    .slice(0, MAX_TENANTS);

/** The verdict of a count that ended at `at`. A count that is not complete lifts nothing that the verdict before it says. */
export const verdictOn = (
  atBound: readonly TenantAtBound[],
  { at, before, complete }: { readonly at: Instant; readonly before: OpenOrdersVerdict; readonly complete: boolean },
): OpenOrdersVerdict => {
  const kept = complete || !isInForce(before, at) ? [] : before.tenants;
  const tenants = new Set([...atBound.map(({ tenantId }) => tenantId), ...kept]);
  return { tenants: [...tenants].slice(0, MAX_TENANTS), validUntil: addMs(at, VALID_FOR_MS) };
};

/** Whether the verdict refuses orders of any tenant. */
export const isInForce = ({ tenants, validUntil }: OpenOrdersVerdict, at: Instant): boolean =>
  tenants.length > 0 && at < validUntil;

export const hasTooManyOpenOrders = (verdict: OpenOrdersVerdict, tenantId: TenantId, at: Instant): boolean =>
  isInForce(verdict, at) && verdict.tenants.includes(tenantId);
