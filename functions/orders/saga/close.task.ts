import { closeOrder } from '#orders/app/close-order';
import { SagaStep } from '#orders/contract';
import { orderTable } from '#orders/data/order-table';
import { when } from '#orders/data/when';
import { moved } from '#orders/saga/moved';
import type { Runtime } from '#shared/runtime';
import { taskFunction } from '#shared/task';

export const closeTask = (rt: Runtime<'db'>) => {
  const close = closeOrder(orderTable(rt), when(rt));
  return taskFunction(rt, SagaStep, async (step) => moved(await close(step)));
};
