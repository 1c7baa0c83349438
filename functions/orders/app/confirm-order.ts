import { moveOrder } from '#orders/app/move-order';
import type { Orders, When } from '#orders/app/ports';
import type { SagaStep } from '#orders/contract';
import { confirm } from '#orders/domain/saga';

export const confirmOrder =
  (orders: Orders, { now, limits }: When) =>
  (step: SagaStep) =>
    moveOrder(orders)(step.tenantId, step.orderId, (order) => confirm(order, step.run, now(), limits));
