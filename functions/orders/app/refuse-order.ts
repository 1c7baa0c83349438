import { moveOrder } from '#orders/app/move-order';
import type { Now, Orders } from '#orders/app/ports';
import type { SagaStep } from '#orders/contract';
import { type Reason, refuse } from '#orders/domain/order';

export const refuseOrder = (orders: Orders, now: Now) => (step: SagaStep, reason: Reason) =>
  moveOrder(orders)(step.tenantId, step.orderId, (order) => refuse(order, step.run, reason, now()));
