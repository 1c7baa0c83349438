import { httpFunction } from '#shared/http';
import type { Runtime } from '#shared/runtime';
import { createTenantRoute } from '#tenants/http/create-tenant.route';
import { keyOrOperator } from '#tenants/published';

export const write = (rt: Runtime<'db' | 'secrets'>) => httpFunction(rt, keyOrOperator(rt), [createTenantRoute(rt)]);
