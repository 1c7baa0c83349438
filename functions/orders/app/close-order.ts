import { moveOrder } from '#orders/app/move-order';
import type { Now, Orders } from '#orders/app/ports';
import type { SagaStep } from '#orders/contract';
import { close } from '#orders/domain/order';

export const closeOrder = (orders: Orders, now: Now) => (step: SagaStep) =>
  moveOrder(orders)(step.tenantId, step.orderId, (order) => close(order, step.run, now()));
