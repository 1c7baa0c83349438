import { createHash } from 'node:crypto';
import type { TenantId } from '#platform/kernel';
import { type ApiKey, formatApiKey } from '#tenants/contract';

// Every key of this context is built here and nowhere else.

export const tenantKey = (id: TenantId) => ({ pk: `tenants#${id}#tenant#${id}`, sk: 'tenant' });

/** An API key's record is stored under its tenant, by the key's digest, so the table reveals no key. */
export const apiKeyKey = (key: ApiKey) => {
  const digest = createHash('sha256').update(formatApiKey(key)).digest('hex');
  return { pk: `tenants#${key.tenantId}#key#${digest}`, sk: 'key' };
};
