import { type Authenticate, secretsMatch } from '#platform/http/authenticate';
import { bearerToken } from '#platform/http/headers';
import type { Answer, RouteDefinition, RouteHandler } from '#platform/http/route';
import type { Runtime } from '#platform/runtime/runtime';
import { secretReader } from '#platform/runtime/secret';
import { type Behaviour, tokens } from '#sandbox/contract';
import { type Charge, dispute, refundByHand as refundChargeByHand, stateOf } from '#sandbox/domain/charge';
import type { providerRoutes } from '#sandbox/routes';
import { countCalls } from '#sandbox/table/call-table';
import { chargeTable } from '#sandbox/table/charge-table';
import { tenantOf } from '#sandbox/table/keys';
import { outageTable } from '#sandbox/table/outage-table';
import { hasOutage, startOutage as startOutageUseCase } from '#sandbox/use-cases/outage';
import {
  allowRefund as allowRefundUseCase,
  captureKeyByHand,
  changeCharge,
  chargeOnce,
  findCharge,
  readState,
  refundCharge as refundChargeUseCase,
  voidCharge as voidChargeUseCase,
} from '#sandbox/use-cases/provide';

type Routes = typeof providerRoutes;

const DECLINED: Behaviour = { makes: 'declined' };

/** A charge as its merchant sees it. */
const chargeResponse = (stored: Charge) => {
  const { refundedByHand: _, status, ...charge } = stored;
  const { returned, disputed } = stateOf(stored);
  // the key of a refund is never shown as a charge
  return { ...charge, returned, disputed, status: status === 'refund' ? ('refunded' as const) : status };
};

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
      const charged = await chargeWith(body, behaviour);
      if (!charged.ok) return { problem: charged.error };
      const outcome = charged.value;
      const { answersAfterMs = 0, lateOnce } = behaviour;
      if (answersAfterMs > 0 && !(lateOnce && outcome?.isNew === false)) await rt.sleep(answersAfterMs);
      return outcome ? { status: 200, body: chargeResponse(outcome.charge) } : { problem: 'unavailable' };
    });
};

export const getCharge = (rt: Runtime<'db'>): RouteHandler<Routes['getCharge']> => {
  const find = findCharge(chargeTable(rt));
  return async ({ params }) => {
    const found = await find(params.key);
    return found.ok ? { status: 200, body: chargeResponse(found.value) } : { problem: found.error };
  };
};

export const getState = (rt: Runtime<'db'>): RouteHandler<Routes['getState']> => {
  const read = readState(chargeTable(rt));
  const whileUp = unlessOutage(rt);
  return ({ params }) =>
    whileUp<Routes['getState']>(params.key, async () => ({ status: 200, body: await read(params.key) }));
};

export const voidCharge = (rt: Runtime<'db'>): RouteHandler<Routes['voidCharge']> => {
  const voidOnce = voidChargeUseCase(chargeTable(rt));
  const whileUp = unlessOutage(rt);
  return ({ params }) =>
    whileUp<Routes['voidCharge']>(params.key, async () => {
      const voided = await voidOnce(params.key);
      if (!voided.ok) return { problem: voided.error };
      return { status: 200, body: { status: voided.value.status === 'captured' ? 'captured' : 'voided' } };
    });
};

export const refundCharge = (rt: Runtime<'db'>): RouteHandler<Routes['refundCharge']> => {
  const refund = refundChargeUseCase(chargeTable(rt));
  const whileUp = unlessOutage(rt);
  return ({ params, body }) =>
    whileUp<Routes['refundCharge']>(params.key, async () => {
      const refunded = await refund(params.key, body);
      return refunded.ok
        ? { status: 200, body: { ...chargeResponse(refunded.value), status: 'refunded' } }
        : { problem: refunded.error };
    });
};

export const allowRefund = (rt: Runtime<'db'>): RouteHandler<Routes['allowRefund']> => {
  const allow = allowRefundUseCase(chargeTable(rt));
  return async ({ params }) => {
    const allowed = await allow(params.key);
    return allowed.ok ? { status: 200, body: chargeResponse(allowed.value) } : { problem: allowed.error };
  };
};

export const refundByHand = (rt: Runtime<'db'>): RouteHandler<Routes['refundByHand']> => {
  const change = changeCharge(chargeTable(rt));
  return async ({ params, body }) => {
    const refunded = await change(params.key, (charge) => refundChargeByHand(charge, body.amount));
    return refunded.ok ? { status: 200, body: chargeResponse(refunded.value) } : { problem: refunded.error };
  };
};

export const captureByHand = (rt: Runtime<'db'>): RouteHandler<Routes['captureByHand']> => {
  const capture = captureKeyByHand(chargeTable(rt));
  return async ({ params, body }) => {
    const captured = await capture({ ...params, ...body });
    return captured.ok ? { status: 200, body: chargeResponse(captured.value) } : { problem: captured.error };
  };
};

export const disputeCharge = (rt: Runtime<'db'>): RouteHandler<Routes['disputeCharge']> => {
  const change = changeCharge(chargeTable(rt));
  return async ({ params, body }) => {
    const disputed = await change(params.key, (charge) => dispute(charge, body.amount));
    return disputed.ok ? { status: 200, body: chargeResponse(disputed.value) } : { problem: disputed.error };
  };
};

export const startOutage = (rt: Runtime<'db'>): RouteHandler<Routes['startOutage']> => {
  const start = startOutageUseCase(outageTable(rt), now(rt));
  return async ({ body: { tenantId, seconds } }) => ({
    status: 200,
    body: { tenantId, until: await start(tenantId, seconds) },
  });
};
