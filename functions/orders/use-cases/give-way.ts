import type { SagaInput } from '#orders/contract';
import { chooseGivingWay, giveWay, mayBeGivenWay, tryAgain } from '#orders/domain/giving-way';
import type { Order } from '#orders/domain/order';
import type { FindManyOrders, FindPauses, OrderClock, Orders, Policies, StockToGiveWay } from '#orders/use-cases/ports';
import { updateOrder } from '#orders/use-cases/update-order';
import { ok } from '#platform/kernel';

type Ports = {
  readonly orders: Orders;
  readonly findMany: FindManyOrders;
  readonly findPauses: FindPauses;
  readonly policies: Policies;
  readonly stock: StockToGiveWay;
  readonly now: OrderClock;
};
/** `refuse`: no order gives way. `trying_again`: the units are there, and the saga runs again. Else units are on their way back. */
export type GivingWay = 'refuse' | 'trying_again' | { readonly count: number };

/**
 * Before an order is refused for want of stock: lets the oldest unpaid orders give way to it, as its tenant's policy and the pauses of deadlines allow
 * (ADR 83). Their units return when they have been unwound, so the step is repeated until they have, and then the order's saga runs again. Each of
 * these orders is cancelled by a conditional write, which a payment that is recorded at the same moment wins or loses.
 */
export const letOthersGiveWay =
  ({ orders, findMany, findPauses, policies, stock, now }: Ports) =>
  async ({ tenantId, orderId, run }: SagaInput): Promise<GivingWay> => {
    const order = await orders.find(tenantId, orderId);
    if (!order || !mayBeGivenWay(order, run)) return 'refuse';
    const { giveWayAfterMinutes: afterMinutes } = await policies.find(tenantId);
    if (afterMinutes === null) return 'refuse';
    const update = updateOrder(orders);

    const shortages = await stock.shortages(tenantId, order.lines);
    if (shortages.length === 0) {
      await update(tenantId, orderId, (current) =>
        ok(mayBeGivenWay(current, run) ? tryAgain(current, now()) : current),
      );
      return 'trying_again';
    }
    const holders = await stock.holders(
      tenantId,
      shortages.map(({ sku }) => sku),
    );
    const holding = await findMany(
      tenantId,
      holders.map((holder) => holder.orderId),
    );
    const orderOf = new Map(holding.map((holder) => [holder.id, holder]));
    const chosen = chooseGivingWay(
      shortages,
      holders.flatMap((holder) => {
        const found = orderOf.get(holder.orderId);
        return found ? [{ order: found, held: holder.held }] : [];
      }),
      { at: now().at, pauses: await findPauses(), afterMinutes },
    );
    if (!chosen) return 'refuse';
    let count = 0;
    for (const candidate of chosen) {
      const cancelled = await update(tenantId, candidate.id, (current) => ok(giveWay(current, now())));
      if (cancelled.ok && isNewlyCancelled(candidate, cancelled.value)) count += 1;
    }
    return { count };
  };

const isNewlyCancelled = (before: Order, after: Order): boolean =>
  after.reason === 'gave_way' && after.version > before.version;
