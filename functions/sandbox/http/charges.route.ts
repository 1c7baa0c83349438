import { chargeOnce, findCharge, refundCharge, voidCharge } from '#sandbox/app/provide';
import { type Behaviour, Charge, KEY, Refund, tokens, Void } from '#sandbox/contract';
import { countCalls } from '#sandbox/data/call-table';
import { chargeTable } from '#sandbox/data/charge-table';
import { working } from '#sandbox/http/working';
import { problem, reply, route } from '#shared/http';
import type { Runtime } from '#shared/runtime';

const scope = 'provider';
const params = { key: KEY };
const DECLINED: Behaviour = { makes: 'declined' };

export const chargeRoute = (rt: Runtime<'db'>) => {
  const charge = chargeOnce(chargeTable(rt), countCalls(rt));
  const whileWorking = working(rt);
  return route({ method: 'POST', path: '/sandbox/charges', scope, body: Charge }, ({ body }) =>
    whileWorking(body.key, async () => {
      const behaviour = (Object.hasOwn(tokens, body.token) && tokens[body.token]) || DECLINED;
      const charged = await charge(body, behaviour);
      const { answersAfterMs = 0, lateOnce } = behaviour;
      if (answersAfterMs > 0 && !(lateOnce && charged?.made === false)) await rt.sleep(answersAfterMs);
      return charged ? reply(200, charged.charge) : problem('unavailable');
    }),
  );
};

export const voidRoute = (rt: Runtime<'db'>) => {
  const voidOne = voidCharge(chargeTable(rt));
  const whileWorking = working(rt);
  const spec = { method: 'POST', path: '/sandbox/charges/{key}/void', scope, body: Void, params } as const;
  return route(spec, ({ params: { key = '' } }) =>
    whileWorking(key, async () => {
      const { status } = await voidOne(key);
      return reply(200, { status: status === 'captured' ? 'captured' : 'voided' });
    }),
  );
};

export const refundRoute = (rt: Runtime<'db'>) => {
  const refund = refundCharge(chargeTable(rt));
  const whileWorking = working(rt);
  const spec = { method: 'POST', path: '/sandbox/charges/{key}/refund', scope, body: Refund, params } as const;
  return route(spec, ({ params: { key = '' }, body }) =>
    whileWorking(key, async () => {
      const refunded = await refund(key, body.refundKey, body.amount);
      return refunded.ok ? reply(200, { ...refunded.value, status: 'refunded' }) : problem(refunded.error);
    }),
  );
};

/** Asking is a way to learn: what was pending is captured from here on. */
export const getChargeRoute = (rt: Runtime<'db'>) => {
  const find = findCharge(chargeTable(rt));
  return route({ method: 'GET', path: '/sandbox/charges/{key}', scope, params }, async ({ params: { key = '' } }) => {
    const found = await find(key);
    return found.ok ? reply(200, found.value) : problem(found.error);
  });
};
