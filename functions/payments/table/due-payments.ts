import { BREAKERS_LIST, idsOf, RETURNS_LIST } from '#payments/table/keys';
import type { PaymentsDue } from '#payments/use-cases/ports';
import type { Instant, OrderId } from '#platform/kernel';
import { DUE_INDEX } from '#platform/manifest';
import type { Runtime } from '#platform/runtime/runtime';
import { mergedPage, placeAfter } from '#platform/table/merged-page';

/** What waits for the schedule, of all tenants. No other function reads these partitions. */
export const duePayments = (rt: Runtime<'db'>): PaymentsDue => {
  const query = async (
    shard: string,
    until: Instant,
    page: { readonly limit: number; readonly after?: string | undefined },
  ) => {
    const { entries } = await mergedPage(rt, { index: DUE_INDEX, shards: [shard], until: placeAfter(until), ...page });
    return entries.map(({ pk, dueSk }) => ({ ...idsOf(String(pk)), dueSk: String(dueSk) }));
  };

  return {
    async breakers(at, limit) {
      const due = await query(BREAKERS_LIST, at, { limit });
      return due.map(({ tenantId }) => tenantId);
    },
    async returns(at, { after, limit }) {
      const due = await query(RETURNS_LIST, at, { after, limit });
      return due.map(({ tenantId, id, dueSk }) => ({ cursor: dueSk, tenantId, orderId: id as OrderId }));
    },
  };
};
