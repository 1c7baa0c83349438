import { moveOrder } from '#orders/app/move-order';
import type { Now, Orders } from '#orders/app/ports';
import { cancel } from '#orders/domain/order';
import type { OrderId, TenantId } from '#shared/kernel';

/** The write to `cancelling` is all there is to it: its event starts the saga that unwinds the order. */
export const cancelOrder = (orders: Orders, now: Now) => (tenantId: TenantId, id: OrderId) =>
  moveOrder(orders)(tenantId, id, (order) => cancel(order, now()));
