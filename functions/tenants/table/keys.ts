import { createHash } from 'node:crypto';
import type { TenantId } from '#platform/kernel';
import { type ApiKey, formatApiKey } from '#tenants/contract';

// Every key of this context is built here and nowhere else.

export const tenantKey = (id: TenantId) => ({ pk: `tenants#${id}#tenant#${id}`, sk: 'tenant' });

/** All records of a tenant's keys are one item, so that each change of them is one conditional write (ADR 76). */
export const keyRingKey = (id: TenantId) => ({ pk: `tenants#${id}#keys#${id}`, sk: 'keys' });

/** All that is stored of an API key itself. */
export const apiKeyDigest = (key: ApiKey): string => createHash('sha256').update(formatApiKey(key)).digest('hex');

/** The item by which a key is found is stored under its tenant, by the key's digest, so the table reveals no key. */
export const apiKeyKeyOf = (tenantId: TenantId, digest: string) => ({
  pk: `tenants#${tenantId}#key#${digest}`,
  sk: 'key',
});
export const apiKeyKey = (key: ApiKey) => apiKeyKeyOf(key.tenantId, apiKeyDigest(key));
