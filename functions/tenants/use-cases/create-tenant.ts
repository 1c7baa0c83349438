import { err, ok, type Result } from '#platform/kernel';
import type { ApiKey, CreateTenant } from '#tenants/contract';
import { newTenant, type Tenant } from '#tenants/domain/tenant';

export type Tenants = {
  /** Stores the tenant and its key, both or neither; false if the tenant exists. The key itself is never stored. */
  add(tenant: Tenant, key: ApiKey): Promise<boolean>;
};

/** The caller provides the key, and with it the tenant's id, so that a host can seed a tenant with a known key. */
export const createTenant =
  (tenants: Tenants) =>
  async ({ name, key }: CreateTenant & { readonly key: ApiKey }): Promise<Result<Tenant, 'conflict'>> => {
    const tenant = newTenant(key.tenantId, name);
    return (await tenants.add(tenant, key)) ? ok(tenant) : err('conflict');
  };
