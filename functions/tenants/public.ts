import { type Authenticate, bearerToken, secretsMatch } from '#platform/http/authenticate';
import type { Runtime } from '#platform/runtime/runtime';
import { secretReader } from '#platform/runtime/secret';
import { parseApiKey } from '#tenants/contract';
import { apiKeyLookup } from '#tenants/table/api-keys';

/** Identifies tenants by their API keys. A key names its tenant, so only that tenant's records are read. */
export const authenticateTenant = (rt: Runtime<'db'>): Authenticate => {
  const exists = apiKeyLookup(rt);
  return async (authorization) => {
    const key = parseApiKey(bearerToken(authorization) ?? '');
    return key && (await exists(key)) ? { kind: 'tenant', tenantId: key.tenantId } : undefined;
  };
};

/** Identifies tenants and the operator. */
export const authenticateTenantOrOperator = (rt: Runtime<'db' | 'secrets'>): Authenticate => {
  const authenticate = authenticateTenant(rt);
  const operatorKey = secretReader(rt, 'operator-key');
  return async (authorization) => {
    const token = bearerToken(authorization);
    if (token === undefined) return undefined;
    const tenant = await authenticate(authorization);
    if (tenant) return tenant;
    return secretsMatch(token, await operatorKey()) ? { kind: 'operator' } : undefined;
  };
};
