import { orderClock } from '#orders/adapters/order-clock';
import type { Policy } from '#orders/domain/policy';
import { orderResponse } from '#orders/http/order-response';
import type { operatorRoutes, policyRoutes, TenantPolicy } from '#orders/routes';
import { orderTable } from '#orders/table/order-table';
import { policyTable } from '#orders/table/policy-table';
import { replacePolicy } from '#orders/use-cases/replace-policy';
import { orderActions } from '#orders/use-cases/update-order';
import type { RouteHandler } from '#platform/http/route';
import type { Runtime } from '#platform/runtime/runtime';
import { tenantExists } from '#tenants/public';

type Routes = typeof operatorRoutes & typeof policyRoutes;

export const resumeOrder = (rt: Runtime<'db'>): RouteHandler<Routes['resumeOrder']> => {
  const { resume } = orderActions(orderTable(rt), orderClock(rt));
  return async ({ params, body }) => {
    const resumed = await resume(body.tenantId, params.id);
    return resumed.ok ? { status: 202, body: orderResponse(resumed.value) } : { problem: resumed.error };
  };
};

const policyResponse = ({ offlineAfterMinutes, giveWayAfterMinutes }: Policy): TenantPolicy => ({
  offlineAfterMinutes,
  giveWayAfterMinutes,
});

export const getPolicy = (rt: Runtime<'db'>): RouteHandler<Routes['getPolicy']> => {
  const policies = policyTable(rt);
  const exists = tenantExists(rt);
  return async ({ params: { tenantId } }) => {
    if (!(await exists(tenantId))) return { problem: 'tenant_not_found' };
    return { status: 200, body: policyResponse(await policies.find(tenantId)) };
  };
};

export const putPolicy = (rt: Runtime<'db'>): RouteHandler<Routes['putPolicy']> => {
  const replace = replacePolicy(policyTable(rt));
  const exists = tenantExists(rt);
  return async ({ params: { tenantId }, body }) => {
    if (!(await exists(tenantId))) return { problem: 'tenant_not_found' };
    const replaced = await replace(tenantId, body);
    return replaced.ok ? { status: 200, body: policyResponse(replaced.value) } : { problem: replaced.error };
  };
};
