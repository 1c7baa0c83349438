import { err, ok, type Result } from '#shared/kernel';
import type { ApiKey, CreateTenant } from '#tenants/contract';
import { open, type Tenant } from '#tenants/domain/tenant';

export type Tenants = {
  /** Stores the tenant and its key, both or none; false if there is such a tenant. The key itself is never stored. */
  add(tenant: Tenant, key: ApiKey): Promise<boolean>;
};

/** The caller brings the key, and with it the tenant's id: a host may seed a tenant whose key is known beforehand. */
export const createTenant =
  (tenants: Tenants) =>
  async ({ name, key }: CreateTenant & { readonly key: ApiKey }): Promise<Result<Tenant, 'conflict'>> => {
    const tenant = open(key.tenantId, name);
    return (await tenants.add(tenant, key)) ? ok(tenant) : err('conflict');
  };
