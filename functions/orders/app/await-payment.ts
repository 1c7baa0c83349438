import { moveOrder } from '#orders/app/move-order';
import type { Orders, When } from '#orders/app/ports';
import type { SagaStep } from '#orders/contract';
import { awaitPayment } from '#orders/domain/saga';

export const awaitOrderPayment =
  (orders: Orders, { now, limits }: When) =>
  (step: SagaStep) =>
    moveOrder(orders)(step.tenantId, step.orderId, (order) => awaitPayment(order, step.run, now(), limits));
