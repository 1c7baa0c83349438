import { ExecutionAlreadyExists, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { type Saga, type Start, startSaga } from '#orders/app/start-saga';
import { OrderCancelling, OrderPlaced, OrderRestarted, type OrderRun } from '#orders/contract';
import type { Event } from '#shared/events';
import type { OrderId } from '#shared/kernel';
import { workflowVariable } from '#shared/manifest';
import type { Runtime } from '#shared/runtime';
import { consumer, workerFunction } from '#shared/worker';

export const startSagaWorker = (rt: Runtime<'workflows'>) => {
  const start = startSaga(execution(rt));
  const run =
    (saga: Saga) =>
    ({ tenantId, aggregateId, data, id, correlationId = id }: Event<`${string}.v${number}`, OrderRun>) =>
      start(saga, { tenantId, orderId: aggregateId as OrderId, run: data.run, correlationId });
  return workerFunction(rt, [
    consumer(OrderPlaced, run('fulfil-order')),
    consumer(OrderCancelling, run('unwind-order')),
    consumer(OrderRestarted, (event) => run(event.data.saga)(event)),
  ]);
};

const execution =
  (rt: Runtime<'workflows'>): Start =>
  async (saga, name, input) => {
    const stateMachineArn = rt.env(workflowVariable(saga));
    try {
      await rt.workflows.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
    } catch (e) {
      if (!(e instanceof ExecutionAlreadyExists)) throw e;
    }
  };
