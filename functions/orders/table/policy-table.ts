import * as z from 'zod/mini';
import { defaultPolicy, type StoredPolicy } from '#orders/domain/policy';
import { policyKey } from '#orders/table/keys';
import type { Policies } from '#orders/use-cases/ports';
import type { TenantId } from '#platform/kernel';
import type { Runtime } from '#platform/runtime/runtime';
import { IntegerSchema } from '#platform/schemas';
import { aggregateTable } from '#platform/table/aggregate-table';

/** One item for each tenant whose operator has stored a policy. */
export const policyTable = (rt: Runtime<'db'>): Policies => {
  const tableOf = (tenantId: TenantId) =>
    aggregateTable<StoredPolicy, TenantId>(rt, {
      keyOf: policyKey,
      toItem: ({ version: _, ...policy }) => ({ ...policyKey(tenantId), ...policy }),
      schema: PolicyItem,
    });
  return {
    find: async (tenantId) => (await tableOf(tenantId).find(tenantId)) ?? defaultPolicy,
    update: (tenantId, from, to) => tableOf(tenantId).update(from, to),
  };
};

const PolicyItem = z.pipe(
  z.object({
    offlineAfterMinutes: z.nullable(IntegerSchema),
    giveWayAfterMinutes: z.nullable(IntegerSchema),
    v: IntegerSchema,
  }),
  z.transform(({ v, ...policy }): StoredPolicy => ({ ...policy, version: v })),
);
