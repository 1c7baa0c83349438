import { moveOrder } from '#orders/app/move-order';
import type { DueOrders, Orders, When } from '#orders/app/ports';
import type { Order } from '#orders/domain/order';
import { sweep } from '#orders/domain/upkeep';
import { later, ok } from '#shared/kernel';

const PAGE = 25;
/** A sweep that dies keeps others out for no longer than this, which is longer than its function may take: 55 s. */
const TURN_MS = 90_000;

export type Finding = 'restarted' | 'expired' | 'parked';
export type Swept = Readonly<Record<Finding, number>> | 'not_my_turn';

/**
 * Goes through the orders that are due, a page at a time, until none is left or the time is over. An order that was swept is due
 * later or never again, so a page that brings nothing new ends the sweep: the index lags, and the next sweep sees the rest.
 */
export const sweepOrders =
  (orders: Orders, dueOrders: DueOrders, { now, limits }: When) =>
  async (timeLeft: () => boolean): Promise<Swept> => {
    const began = now();
    if (!(await dueOrders.takeTurn(began, later(began, TURN_MS)))) return 'not_my_turn';
    const found = { restarted: 0, expired: 0, parked: 0 };
    const seen = new Set<string>();
    while (timeLeft()) {
      const page = await dueOrders.due(now(), PAGE + seen.size);
      const fresh = page.filter(({ id }) => !seen.has(id));
      if (fresh.length === 0) break;
      for (const { tenantId, id } of fresh) {
        seen.add(id);
        const finding = await sweepOne(orders, { now, limits }, tenantId, id);
        if (finding) found[finding] += 1;
      }
    }
    await dueOrders.endTurn(now());
    return found;
  };

const sweepOne = async (orders: Orders, { now, limits }: When, tenantId: Order['tenantId'], id: Order['id']) => {
  let before: Order | undefined;
  const swept = await moveOrder(orders)(tenantId, id, (order) => {
    before = order;
    return ok(sweep(order, now(), limits));
  });
  if (!swept.ok || !before || swept.value === before) return undefined;
  if (swept.value.status === before.status) return 'restarted';
  return swept.value.status === 'needs_attention' ? 'parked' : 'expired';
};
