// Apart from the rest of the contract, so that the functions of other contexts do not bundle it.
import * as z from 'zod/mini';
import { platformProblems } from '#platform/http/problems';
import type { RouteGroup } from '#platform/http/route';
import { TenantIdSchema } from '#platform/schemas';
import { problems as tenantProblems } from '#tenants/errors';

/** As long as an offline payment may take. */
const MAX_POLICY_MINUTES = 4_320;
const PolicyMinutes = z.nullable(z.int().check(z.minimum(0), z.maximum(MAX_POLICY_MINUTES)));

/** What a tenant's orders do while the provider is unavailable. Minutes; `null` means never. */
export const TenantPolicy = z.strictObject({
  /** From when an order first awaits its payment to its instructions for an offline payment; until then it waits for the provider. Default 5. */
  offlineAfterMinutes: PolicyMinutes,
  /** From these instructions to when the units of the unpaid order may go to an order that would be out of stock. Default null. No pause of deadlines counts, and within one no order gives way. */
  giveWayAfterMinutes: PolicyMinutes,
});
export type TenantPolicy = z.infer<typeof TenantPolicy>;

const { conflict } = platformProblems;
const { tenant_not_found } = tenantProblems;
const params = { tenantId: TenantIdSchema };

export const policyRoutes = {
  getPolicy: {
    method: 'GET',
    path: '/v1/tenants/{tenantId}/policy',
    scope: 'operator',
    params,
    summary: "Returns a tenant's policy for orders that await their payment, or the defaults.",
    responses: { 200: TenantPolicy },
    problems: { tenant_not_found },
  },
  putPolicy: {
    method: 'PUT',
    path: '/v1/tenants/{tenantId}/policy',
    scope: 'operator',
    params,
    summary: "Replaces a tenant's policy. It counts for decisions from now on.",
    body: TenantPolicy,
    responses: { 200: TenantPolicy },
    problems: { tenant_not_found, conflict },
  },
} as const satisfies RouteGroup;
