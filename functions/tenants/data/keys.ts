import { createHash } from 'node:crypto';
import type { TenantId } from '#shared/kernel';
import { type ApiKey, formatApiKey } from '#tenants/contract';

/** Every key of this context, and no other place makes one. */
export const tenantKey = (id: TenantId) => ({ pk: `tenants#${id}#tenant#${id}`, sk: 'tenant' });

/** An API key's record lies under its tenant, by the key's digest: who reads the table learns no key. */
export const apiKeyKey = (key: ApiKey) => {
  const digest = createHash('sha256').update(formatApiKey(key)).digest('hex');
  return { pk: `tenants#${key.tenantId}#key#${digest}`, sk: 'key' };
};
