import { chargeOnce, refundCharge, voidCharge } from '#sandbox/app/provide';
import { Charge, KEY, Refund, tokens, Void } from '#sandbox/contract';
import { chargeTable } from '#sandbox/data/charge-table';
import { problem, reply, route } from '#shared/http';
import type { Runtime } from '#shared/runtime';

const scope = 'provider';
const params = { key: KEY };

export const chargeRoute = (rt: Runtime<'db'>) => {
  const charge = chargeOnce(chargeTable(rt));
  return route({ method: 'POST', path: '/sandbox/charges', scope, body: Charge }, async ({ body }) => {
    const { status, answersAfterMs } = Object.hasOwn(tokens, body.token)
      ? tokens[body.token as keyof typeof tokens]
      : tokens.tok_declined;
    const standing = await charge(body, status);
    if (answersAfterMs > 0) await rt.sleep(answersAfterMs);
    return reply(200, standing);
  });
};

export const voidRoute = (rt: Runtime<'db'>) => {
  const voidOne = voidCharge(chargeTable(rt));
  const spec = { method: 'POST', path: '/sandbox/charges/{key}/void', scope, body: Void, params } as const;
  return route(spec, async ({ params }) => {
    const { status } = await voidOne(params['key'] as string);
    return reply(200, { status: status === 'captured' ? 'captured' : 'voided' });
  });
};

export const refundRoute = (rt: Runtime<'db'>) => {
  const refund = refundCharge(chargeTable(rt));
  const spec = { method: 'POST', path: '/sandbox/charges/{key}/refund', scope, body: Refund, params } as const;
  return route(spec, async ({ params, body }) => {
    const refunded = await refund(params['key'] as string, body.refundKey, body.amount);
    return refunded.ok ? reply(200, { ...refunded.value, status: 'refunded' }) : problem(refunded.error);
  });
};

export const getChargeRoute = (rt: Runtime<'db'>) => {
  const charges = chargeTable(rt);
  return route({ method: 'GET', path: '/sandbox/charges/{key}', scope, params }, async ({ params }) => {
    const standing = await charges.find(params['key'] as string);
    return standing ? reply(200, standing) : problem('charge_not_found');
  });
};
