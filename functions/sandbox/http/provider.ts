import { type Authenticate, bearerToken, secretsMatch } from '#platform/http/authenticate';
import type { Answer, RouteDefinition, RouteHandler } from '#platform/http/route';
import type { Runtime } from '#platform/runtime/runtime';
import { secretReader } from '#platform/runtime/secret';
import { type Behaviour, type providerRoutes, tokens } from '#sandbox/contract';
import { countCalls } from '#sandbox/table/call-table';
import { chargeTable } from '#sandbox/table/charge-table';
import { tenantOf } from '#sandbox/table/keys';
import { outageTable } from '#sandbox/table/outage-table';
import { hasOutage, startOutage as startOutageUseCase } from '#sandbox/use-cases/outage';
import {
  allowRefund as allowRefundUseCase,
  chargeOnce,
  findCharge,
  refundCharge as refundChargeUseCase,
  voidCharge as voidChargeUseCase,
} from '#sandbox/use-cases/provide';

type Routes = typeof providerRoutes;

const DECLINED: Behaviour = { makes: 'declined' };

const now = (rt: Runtime<'db'>) => () => rt.now().toISOString();

/** A provider identifies its merchant by a key of its own. */
export const authenticateMerchant = (rt: Runtime<'db' | 'secrets'>): Authenticate => {
  const merchantKey = secretReader(rt, 'provider-key');
  return async (authorization) => {
    const token = bearerToken(authorization);
    return token && secretsMatch(token, await merchantKey()) ? { kind: 'provider' } : undefined;
  };
};

/** Answers 503 instead while the key's tenant has an outage. */
const unlessOutage = (rt: Runtime<'db'>) => {
  const isDown = hasOutage(outageTable(rt), now(rt));
  return async <R extends RouteDefinition>(key: string, answer: () => Promise<Answer<R>>): Promise<Answer<R>> =>
    (await isDown(tenantOf(key))) ? { problem: 'unavailable' } : answer();
};

export const charge = (rt: Runtime<'db'>): RouteHandler<Routes['charge']> => {
  const chargeWith = chargeOnce(chargeTable(rt), countCalls(rt));
  const whileUp = unlessOutage(rt);
  return ({ body }) =>
    whileUp<Routes['charge']>(body.key, async () => {
      const behaviour = (Object.hasOwn(tokens, body.token) && tokens[body.token]) || DECLINED;
      const outcome = await chargeWith(body, behaviour);
      const { answersAfterMs = 0, lateOnce } = behaviour;
      if (answersAfterMs > 0 && !(lateOnce && outcome?.isNew === false)) await rt.sleep(answersAfterMs);
      return outcome ? { status: 200, body: outcome.charge } : { problem: 'unavailable' };
    });
};

export const getCharge = (rt: Runtime<'db'>): RouteHandler<Routes['getCharge']> => {
  const find = findCharge(chargeTable(rt));
  return async ({ params }) => {
    const found = await find(params.key);
    return found.ok ? { status: 200, body: found.value } : { problem: found.error };
  };
};

export const voidCharge = (rt: Runtime<'db'>): RouteHandler<Routes['voidCharge']> => {
  const voidOnce = voidChargeUseCase(chargeTable(rt));
  const whileUp = unlessOutage(rt);
  return ({ params }) =>
    whileUp<Routes['voidCharge']>(params.key, async () => {
      const { status } = await voidOnce(params.key);
      return { status: 200, body: { status: status === 'captured' ? 'captured' : 'voided' } };
    });
};

export const refundCharge = (rt: Runtime<'db'>): RouteHandler<Routes['refundCharge']> => {
  const refund = refundChargeUseCase(chargeTable(rt));
  const whileUp = unlessOutage(rt);
  return ({ params, body }) =>
    whileUp<Routes['refundCharge']>(params.key, async () => {
      const refunded = await refund(params.key, body.refundKey, body.amount);
      return refunded.ok
        ? { status: 200, body: { ...refunded.value, status: 'refunded' } }
        : { problem: refunded.error };
    });
};

export const allowRefund = (rt: Runtime<'db'>): RouteHandler<Routes['allowRefund']> => {
  const allow = allowRefundUseCase(chargeTable(rt));
  return async ({ params }) => {
    const allowed = await allow(params.key);
    return allowed.ok ? { status: 200, body: allowed.value } : { problem: allowed.error };
  };
};

export const startOutage = (rt: Runtime<'db'>): RouteHandler<Routes['startOutage']> => {
  const start = startOutageUseCase(outageTable(rt), now(rt));
  return async ({ body: { tenantId, seconds } }) => ({
    status: 200,
    body: { tenantId, until: await start(tenantId, seconds) },
  });
};
