import { moveOrder } from '#orders/app/move-order';
import type { Orders, When } from '#orders/app/ports';
import type { SagaStep } from '#orders/contract';
import { park } from '#orders/domain/saga';

export const parkOrder =
  (orders: Orders, { now, limits }: When) =>
  (step: SagaStep, cause: string) =>
    moveOrder(orders)(step.tenantId, step.orderId, (order) => park(order, step.run, cause, now(), limits));
