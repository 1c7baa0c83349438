import { startExecution } from '#orders/adapters/executions';
import { OrderCancelling, OrderPlaced, OrderRestarted, type OrderRunData } from '#orders/contract';
import { type SagaName, startSaga } from '#orders/use-cases/start-saga';
import type { OrderId } from '#platform/kernel';
import type { EventType } from '#platform/manifest';
import type { Event } from '#platform/messaging/events';
import { consumer, workerFunction } from '#platform/messaging/worker';
import type { Runtime } from '#platform/runtime/runtime';

/** Starts the saga that an order's event calls for. */
export const startSagaWorker = (rt: Runtime<'queues' | 'workflows'>) => {
  const start = startSaga(startExecution(rt));
  const startFor =
    (saga: SagaName) =>
    ({ tenantId, aggregateId, data, id, correlationId = id }: Event<EventType, OrderRunData, OrderId>) =>
      start(saga, { tenantId, orderId: aggregateId, run: data.run, correlationId });
  return workerFunction(rt, [
    consumer(OrderPlaced, startFor('fulfil-order')),
    consumer(OrderCancelling, startFor('unwind-order')),
    consumer(OrderRestarted, (event) => startFor(event.data.saga)(event)),
  ]);
};
