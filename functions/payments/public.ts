import { SANDBOX } from '#payments/adapters/sandbox-provider';
import { breakerTable } from '#payments/table/breaker-table';
import type { TenantId } from '#platform/kernel';
import type { Runtime } from '#platform/runtime/runtime';

/** Whether the tenant's provider may be called: not while its circuit breaker is open or probes, and not where it cannot be read. */
export const providerIsAvailable =
  (rt: Runtime<'db'>) =>
  async (tenantId: TenantId): Promise<boolean> => {
    const breaker = await breakerTable(rt, SANDBOX).find(tenantId);
    return breaker?.status === 'closed';
  };
