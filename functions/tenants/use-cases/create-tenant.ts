import { type Backoff, created, err, type Replayable, type Result, replayOf } from '#platform/kernel';
import type { ApiKey } from '#tenants/contract';
import { newTenant, type Tenant } from '#tenants/domain/tenant';
import type { CreateTenant } from '#tenants/routes';

export type Tenants = {
  /**
   * Stores the tenant and its key, both or neither, unless the tenant exists, and then returns that one. `contended`: others wrote at
   * the same time, so nothing is known. The key itself is never stored.
   */
  add(tenant: Tenant, key: ApiKey): Promise<'done' | 'contended' | Tenant>;
};

/** A tenant to create. Its first key names its id, so that a host can seed a tenant with a known key. */
export type Command = CreateTenant & { readonly key: ApiKey; readonly requestDigest: string };

/** Creates a tenant once per id. The API key that the creating request generated is its first; that of a replay is never stored. */
export const createTenant =
  (tenants: Tenants) =>
  async (
    { name, key, requestDigest }: Command,
    backoff: Backoff,
  ): Promise<Result<Replayable<Tenant>, 'key_reused' | 'conflict'>> => {
    const tenant = newTenant({ id: key.tenantId, name, requestDigest });
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await tenants.add(tenant, key);
      if (outcome === 'done') return created(tenant);
      if (outcome !== 'contended') return replayOf(outcome, outcome.requestDigest, requestDigest);
      if (!(await backoff(attempt))) return err('conflict');
    }
  };
