import type { TenantId } from '#platform/kernel';
import { GATEWAY_KEYS, gatewayKeyValue } from '#platform/manifest';
import { shardOf } from '#platform/table/list-shards';

/**
 * The value of the gateway key onto which a tenant is hashed; without a tenant, of the one that all others share (ADR 93). Tenants on one
 * key share its rate.
 */
export const gatewayKeyOf = (stage: string, tenantId?: TenantId): string =>
  gatewayKeyValue(stage, tenantId === undefined ? GATEWAY_KEYS : shardOf(tenantId, GATEWAY_KEYS));
