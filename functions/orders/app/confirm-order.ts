import { moveOrder } from '#orders/app/move-order';
import type { Now, Orders } from '#orders/app/ports';
import type { SagaStep } from '#orders/contract';
import { confirm } from '#orders/domain/order';

export const confirmOrder = (orders: Orders, now: Now) => (step: SagaStep) =>
  moveOrder(orders)(step.tenantId, step.orderId, (order) => confirm(order, step.run, now()));
