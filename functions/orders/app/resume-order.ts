import { moveOrder } from '#orders/app/move-order';
import type { Orders, When } from '#orders/app/ports';
import { resume } from '#orders/domain/upkeep';
import type { OrderId, TenantId } from '#shared/kernel';

export const resumeOrder =
  (orders: Orders, { now, limits }: When) =>
  (tenantId: TenantId, id: OrderId) =>
    moveOrder(orders)(tenantId, id, (order) => resume(order, now(), limits));
