import { type Authenticate, secretsMatch } from '#platform/http/authenticate';
import { bearerToken } from '#platform/http/headers';
import type { TenantId } from '#platform/kernel';
import type { Runtime } from '#platform/runtime/runtime';
import { secretReader } from '#platform/runtime/secret';
import { getItem } from '#platform/table/get-item';
import { parseApiKey } from '#tenants/contract';
import { cachedApiKeyReader, type FindApiKey } from '#tenants/table/api-keys';
import { tenantKey } from '#tenants/table/keys';

/**
 * Identifies tenants by their API keys. A key names its tenant, so only that tenant's records are read. A key is refused from the moment
 * at which it expires, also if it was read before, and at most 5 s after it was revoked (ADR 76).
 */
export const authenticateTenant = (
  rt: Runtime<'db'>,
  findApiKey: FindApiKey = cachedApiKeyReader(rt),
): Authenticate => {
  return async (authorization) => {
    const key = parseApiKey(bearerToken(authorization) ?? '');
    const stored = key && (await rt.tenants.run(key.tenantId, () => findApiKey(key)));
    if (!key || !stored) return undefined;
    if (stored.expiresAt !== undefined && stored.expiresAt <= rt.now().toISOString()) return undefined;
    return { kind: 'tenant', tenantId: key.tenantId, ...(stored.id !== undefined && { keyId: stored.id }) };
  };
};

/** Identifies tenants and the operator. */
export const authenticateTenantOrOperator = (
  rt: Runtime<'db' | 'secrets'>,
  authenticate = authenticateTenant(rt),
): Authenticate => {
  const operatorKey = secretReader(rt, 'operator-key');
  return async (authorization) => {
    const token = bearerToken(authorization);
    if (token === undefined) return undefined;
    const tenant = await authenticate(authorization);
    if (tenant) return tenant;
    return secretsMatch(token, await operatorKey()) ? { kind: 'operator' } : undefined;
  };
};

/** Whether there is such a tenant; read strongly. */
export const tenantExists =
  (rt: Runtime<'db'>) =>
  async (id: TenantId): Promise<boolean> =>
    (await getItem(rt, tenantKey(id))) !== undefined;
