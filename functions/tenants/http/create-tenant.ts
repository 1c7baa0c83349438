import type { RouteHandler } from '#platform/http/route';
import type { TenantId } from '#platform/kernel';
import type { BaseRuntime, Runtime } from '#platform/runtime/runtime';
import { type ApiKey, formatApiKey, type writeRoutes } from '#tenants/contract';
import { tenantTable } from '#tenants/table/tenant-table';
import { createTenant as createTenantUseCase } from '#tenants/use-cases/create-tenant';

/** Registers tenants for the operator's route, and for hosts that seed one. */
export const tenantRegistration = (rt: Runtime<'db'>) => createTenantUseCase(tenantTable(rt));

/** A new tenant's id and its first key: 80 random bits identify the tenant, 192 keep others out. */
export const newApiKey = ({ randomBytes }: Pick<BaseRuntime, 'randomBytes'>): ApiKey => ({
  tenantId: Buffer.from(randomBytes(10)).toString('hex') as TenantId,
  secret: Buffer.from(randomBytes(24)).toString('base64url'),
});

export const createTenant = (rt: Runtime<'db'>): RouteHandler<(typeof writeRoutes)['createTenant']> => {
  const create = tenantRegistration(rt);
  return async ({ body }) => {
    const key = newApiKey(rt);
    const created = await create({ ...body, key });
    if (!created.ok) return { problem: created.error };
    const { id, name } = created.value;
    return { status: 201, body: { id, name, apiKey: formatApiKey(key) } };
  };
};
