import * as z from 'zod/mini';
import type { ProviderName } from '#payments/contract';
import { type Breaker, closedBreaker } from '#payments/domain/breaker';
import type { metrics } from '#payments/errors';
import { BREAKERS_LIST, breakerDue, breakerKey } from '#payments/table/keys';
import type { Breakers } from '#payments/use-cases/ports';
import type { TenantId } from '#platform/kernel';
import type { Runtime } from '#platform/runtime/runtime';
import { IntegerSchema, StringSchema } from '#platform/schemas';
import { aggregateTable } from '#platform/table/aggregate-table';

/** One item for each tenant, shared by all that call the provider for it. While it is open or probing, it is in the index `due`. */
export const breakerTable = (rt: Runtime<'db'>, provider: ProviderName): Breakers => {
  const tableOf = (tenantId: TenantId) =>
    aggregateTable<Breaker, TenantId>(rt, {
      keyOf: (id) => breakerKey(id, provider),
      toItem: ({ version: _, ...breaker }) => ({
        ...breakerKey(tenantId, provider),
        ...breaker,
        ...(breaker.until !== undefined && { duePk: BREAKERS_LIST, dueSk: breakerDue(breaker.until, tenantId) }),
      }),
      schema: BreakerItem,
    });

  return {
    async find(tenantId) {
      try {
        return (await tableOf(tenantId).find(tenantId)) ?? closedBreaker;
      } catch (error) {
        // the payment must not fail with the breaker: the call itself shows whether it can be made
        rt.logger.warn('the breaker could not be read', { tenantId, provider, error: error as Error });
        return undefined;
      }
    },

    async update(tenantId, from, to) {
      if (!(await tableOf(tenantId).update(from, to))) return false;
      if (to.status === 'open') rt.metric('BreakerOpened' satisfies keyof typeof metrics, 1, { tenantId, provider });
      return true;
    },
  };
};

const BreakerItem = z.pipe(
  z.object({
    status: z.enum(['closed', 'open', 'probing']),
    generation: IntegerSchema,
    failures: z.readonly(z.array(StringSchema)),
    until: z.optional(StringSchema),
    v: IntegerSchema,
  }),
  z.transform(({ v, ...breaker }): Breaker => ({ ...breaker, version: v })),
);
