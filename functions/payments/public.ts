import { SANDBOX } from '#payments/adapters/sandbox-provider';
import { breakerTable } from '#payments/table/breaker-table';
import type { TenantId } from '#platform/kernel';
import type { Runtime } from '#platform/runtime/runtime';

/** Whether the tenant's provider may be called: not while its circuit breaker is open, and not where that cannot be read. */
export const providerIsAvailable =
  (rt: Runtime<'db'>) =>
  async (tenantId: TenantId): Promise<boolean> => {
    const breaker = await breakerTable(rt, SANDBOX).find(tenantId);
    if (!breaker) return false;
    const { status, until } = breaker;
    return status === 'closed' || until === undefined || until <= rt.now().toISOString();
  };
