import { isInForce, type TenantAtBound, tenantsAtBound, verdictOn } from '#orders/domain/open-orders';
import type { FindOpenOrders, OpenOrderVerdicts, OrderClock } from '#orders/use-cases/ports';
import { addMs, type TenantId } from '#platform/kernel';

export type OpenOrdersPorts = {
  readonly findOpenOrders: FindOpenOrders;
  readonly verdicts: OpenOrderVerdicts;
  readonly now: OrderClock;
  /** From this many on, a tenant has too many. */
  readonly maxOpenOrders: number;
};

export type OpenOrdersReport = {
  /** The tenants whose further orders are refused, those with the most open orders first. */
  readonly atBound: readonly TenantAtBound[];
  /** False if the time was over before every order was counted: then the counts are lower than the truth. */
  readonly complete: boolean;
};

/**
 * Counts the open orders of each tenant and stores which tenants have too many (ADR 93). It writes only a verdict that names a tenant, or
 * that lifts one which still holds.
 */
export const countOpenOrders =
  ({ findOpenOrders, verdicts, now, maxOpenOrders }: OpenOrdersPorts) =>
  async (hasTimeLeft: () => boolean): Promise<OpenOrdersReport> => {
    const { at: after, limits } = now();
    const counts = new Map<TenantId, number>();
    let complete = true;
    for await (const tenantId of findOpenOrders({ after, until: addMs(after, limits.maxStandstillMs) })) {
      counts.set(tenantId, (counts.get(tenantId) ?? 0) + 1);
      complete = hasTimeLeft();
      if (!complete) break;
    }
    const { at } = now();
    const atBound = tenantsAtBound(counts, maxOpenOrders);
    const before = await verdicts.find();
    if (atBound.length > 0 || isInForce(before, at)) await verdicts.put(verdictOn(atBound, { at, before, complete }));
    return { atBound, complete };
  };
