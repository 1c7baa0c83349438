import { type Authenticate, bearer, sameSecret } from '#shared/authenticate';
import type { Runtime } from '#shared/runtime';
import { secret } from '#shared/secret';
import { keyHolder } from '#tenants/published';

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
