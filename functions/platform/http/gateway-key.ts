import { createHash } from 'node:crypto';
import type { TenantId } from '#platform/kernel';
import { GATEWAY_KEYS, gatewayKeyValue } from '#platform/manifest';

/**
 * The value of the gateway key onto which a tenant is hashed; without a tenant, of the one that all others share (ADR 93). Tenants on one
 * key share its rate.
 */
export const gatewayKeyOf = (stage: string, tenantId?: TenantId): string => {
  if (tenantId === undefined) return gatewayKeyValue(stage, GATEWAY_KEYS);
  return gatewayKeyValue(stage, createHash('sha256').update(tenantId).digest().readUInt32BE() % GATEWAY_KEYS);
};
