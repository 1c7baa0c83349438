import { type Authenticate, bearer, sameSecret } from '#shared/authenticate';
import type { Runtime } from '#shared/runtime';
import { secret } from '#shared/secret';
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

/** Knows tenants and the operator. */
export const keyOrOperator = (rt: Runtime<'db' | 'secrets'>): Authenticate => {
  const tenant = keyHolder(rt);
  const operatorKey = secret(rt, 'operator-key');
  return async (authorization) => {
    const shown = bearer(authorization);
    if (shown === undefined) return undefined;
    const holder = await tenant(authorization);
    if (holder) return holder;
    return sameSecret(shown, await operatorKey()) ? { kind: 'operator' } : undefined;
  };
};
