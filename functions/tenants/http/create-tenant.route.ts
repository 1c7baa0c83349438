import { problem, reply, route } from '#shared/http';
import type { Runtime } from '#shared/runtime';
import { CreateTenant, formatApiKey } from '#tenants/contract';
import { newApiKey, register } from '#tenants/http/register';

export const createTenantRoute = (rt: Runtime<'db'>) => {
  const create = register(rt);
  const spec = { method: 'POST', path: '/v1/tenants', scope: 'operator', body: CreateTenant } as const;
  return route(spec, async ({ body }) => {
    const key = newApiKey(rt);
    const created = await create({ ...body, key });
    if (!created.ok) return problem(created.error);
    const { id, name } = created.value;
    // The only time that the key is shown: what is stored does not tell it.
    return reply(201, { id, name, apiKey: formatApiKey(key) });
  });
};
