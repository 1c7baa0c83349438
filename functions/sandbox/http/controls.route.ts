import { beginOutage } from '#sandbox/app/outage';
import { allowRefund } from '#sandbox/app/provide';
import { AllowRefund, KEY, Outage } from '#sandbox/contract';
import { chargeTable } from '#sandbox/data/charge-table';
import { outageTable } from '#sandbox/data/outage-table';
import { problem, reply, route } from '#shared/http';
import type { Runtime } from '#shared/runtime';

const scope = 'provider';

export const beginOutageRoute = (rt: Runtime<'db'>) => {
  const begin = beginOutage(outageTable(rt), () => rt.now().toISOString());
  return route({ method: 'POST', path: '/sandbox/outages', scope, body: Outage }, async ({ body }) => {
    const until = await begin(body.tenantId, body.seconds);
    return reply(200, { tenantId: body.tenantId, until });
  });
};

export const allowRefundRoute = (rt: Runtime<'db'>) => {
  const allow = allowRefund(chargeTable(rt));
  const path = '/sandbox/charges/{key}/allow-refund';
  const spec = { method: 'POST', path, scope, body: AllowRefund, params: { key: KEY } } as const;
  return route(spec, async ({ params: { key = '' } }) => {
    const allowed = await allow(key);
    return allowed.ok ? reply(200, allowed.value) : problem(allowed.error);
  });
};
