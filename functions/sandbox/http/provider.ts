import { chargeRoute, getChargeRoute, refundRoute, voidRoute } from '#sandbox/http/charges.route';
import { allowRefundRoute, beginOutageRoute } from '#sandbox/http/controls.route';
import { type Authenticate, bearer, sameSecret } from '#shared/authenticate';
import { httpFunction } from '#shared/http';
import type { Runtime } from '#shared/runtime';
import { secret } from '#shared/secret';

export const provider = (rt: Runtime<'db' | 'secrets'>) =>
  httpFunction(rt, merchant(rt), [
    chargeRoute(rt),
    voidRoute(rt),
    refundRoute(rt),
    getChargeRoute(rt),
    beginOutageRoute(rt),
    allowRefundRoute(rt),
  ]);

/** A provider knows its merchant by a key of its own. */
const merchant = (rt: Runtime<'secrets'>): Authenticate => {
  const key = secret(rt, 'provider-key');
  return async (authorization) => {
    const given = bearer(authorization);
    return given && sameSecret(given, await key()) ? { kind: 'provider' } : undefined;
  };
};
