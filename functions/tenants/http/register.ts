import type { TenantId } from '#shared/kernel';
import type { Runtime, World } from '#shared/runtime';
import { createTenant } from '#tenants/app/create-tenant';
import type { ApiKey } from '#tenants/contract';
import { tenantTable } from '#tenants/data/tenant-table';

/** Creates tenants for the operator's route, and for hosts that seed one. */
export const register = (rt: Runtime<'db'>) => createTenant(tenantTable(rt));

/** A tenant's id, and the first key of it: 80 bits to tell tenants apart and 192 to keep others out. */
export const newApiKey = ({ randomBytes }: Pick<World, 'randomBytes'>): ApiKey => ({
  tenantId: Buffer.from(randomBytes(10)).toString('hex') as TenantId,
  secret: Buffer.from(randomBytes(24)).toString('base64url'),
});
