import { moveOrder } from '#orders/app/move-order';
import type { Orders, When } from '#orders/app/ports';
import { cancel } from '#orders/domain/customer';
import type { OrderId, TenantId } from '#shared/kernel';

/** The write to `cancelling` is all there is to it: its event starts the saga that unwinds the order. */
export const cancelOrder =
  (orders: Orders, { now, limits }: When) =>
  (tenantId: TenantId, id: OrderId) =>
    moveOrder(orders)(tenantId, id, (order) => cancel(order, now(), limits));
