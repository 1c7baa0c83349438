import type { Order } from '#orders/domain/order';
import { sweepOrder } from '#orders/domain/sweep';
import type { DueOrders, OrderClock, Orders } from '#orders/use-cases/ports';
import { updateOrder } from '#orders/use-cases/update-order';
import { addMs, ok } from '#platform/kernel';

const PAGE_SIZE = 25;
/** A sweep that dies keeps others out for this long, which is longer than its function may run: 55 s. */
const LEASE_MS = 90_000;

export type SweepFinding = 'restarted' | 'expired' | 'parked';
export type SweepReport = Readonly<Record<SweepFinding, number>> | 'lease_held';

/**
 * Examines the orders that are due, a page at a time, until none is left or the time is over. A swept order is due later or never
 * again, so a page without new orders ends the sweep: the index lags, and the next sweep sees the rest.
 */
export const sweepOrders =
  (orders: Orders, dueOrders: DueOrders, now: OrderClock) =>
  async (hasTimeLeft: () => boolean): Promise<SweepReport> => {
    const { at: startedAt } = now();
    if (!(await dueOrders.acquireLease(startedAt, addMs(startedAt, LEASE_MS)))) return 'lease_held';
    const counts = { restarted: 0, expired: 0, parked: 0 };
    const seen = new Set<string>();
    while (hasTimeLeft()) {
      const page = await dueOrders.findDue(now().at, PAGE_SIZE + seen.size);
      const unseen = page.filter(({ id }) => !seen.has(id));
      if (unseen.length === 0) break;
      for (const { tenantId, id } of unseen) {
        seen.add(id);
        const finding = await sweepOneOrder(orders, now, { tenantId, id });
        if (finding) counts[finding] += 1;
      }
    }
    await dueOrders.releaseLease(now().at);
    return counts;
  };

const sweepOneOrder = async (
  orders: Orders,
  now: OrderClock,
  { tenantId, id }: Pick<Order, 'tenantId' | 'id'>,
): Promise<SweepFinding | undefined> => {
  let before: Order | undefined;
  const swept = await updateOrder(orders)(tenantId, id, (order) => {
    before = order;
    return ok(sweepOrder(order, now()));
  });
  if (!swept.ok || !before || swept.value === before) return undefined;
  if (swept.value.status === before.status) return 'restarted';
  return swept.value.status === 'needs_attention' ? 'parked' : 'expired';
};
