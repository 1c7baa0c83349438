import { resumeOrder } from '#orders/app/resume-order';
import { ResumeOrder } from '#orders/contract';
import { orderTable } from '#orders/data/order-table';
import { when } from '#orders/data/when';
import { answer } from '#orders/http/answer';
import { problem, reply, route } from '#shared/http';
import type { OrderId, TenantId } from '#shared/kernel';
import type { Runtime } from '#shared/runtime';

export const resumeOrderRoute = (rt: Runtime<'db'>) => {
  const resume = resumeOrder(orderTable(rt), when(rt));
  const spec = { method: 'POST', path: '/v1/orders/{id}/resume', scope: 'operator', body: ResumeOrder } as const;
  return route(spec, async ({ params, body }) => {
    const resumed = await resume(body.tenantId as TenantId, params['id'] as OrderId);
    return resumed.ok ? reply(202, answer(resumed.value)) : problem(resumed.error);
  });
};
