import { moveOrder } from '#orders/app/move-order';
import type { Orders, When } from '#orders/app/ports';
import type { SagaStep } from '#orders/contract';
import type { Reason } from '#orders/domain/order';
import { refuse } from '#orders/domain/saga';

export const refuseOrder =
  (orders: Orders, { now, limits }: When) =>
  (step: SagaStep, reason: Reason) =>
    moveOrder(orders)(step.tenantId, step.orderId, (order) => refuse(order, step.run, reason, now(), limits));
