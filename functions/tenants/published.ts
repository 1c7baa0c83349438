import { type Authenticate, bearer } from '#shared/authenticate';
import type { Runtime } from '#shared/runtime';
import { parseApiKey } from '#tenants/contract';
import { keyRecords } from '#tenants/data/key-records';

/** Knows tenants by their API keys. A key names its tenant, so only that tenant's records are read. */
export const keyHolder = (rt: Runtime<'db'>): Authenticate => {
  const exists = keyRecords(rt);
  return async (authorization) => {
    const key = parseApiKey(bearer(authorization) ?? '');
    return key && (await exists(key)) ? { kind: 'tenant', tenantId: key.tenantId } : undefined;
  };
};
