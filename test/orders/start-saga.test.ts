import { expect, it } from 'vitest';
import { startSagaWorker } from '#orders/workers/start-saga';
import type { Event } from '#platform/messaging/events';
import { type Service, ServiceError } from '../../embedded/aws/service.ts';
import { busEvent, invocation, messages } from '../fixtures/invocation.ts';
import { at, id, tenantId } from '../fixtures/order.ts';
import { createTestRuntime } from '../fixtures/runtime.ts';

const variables = { WORKFLOW_FULFIL_ORDER: 'arn:fulfil-order', WORKFLOW_UNWIND_ORDER: 'arn:unwind-order' };

/** The worker with a Step Functions that refuses a name that was already used. */
const createWorker = (faults: string[] = []) => {
  const started = new Map<string, unknown>();
  const StartExecution = ({ stateMachineArn, name, input }: Readonly<Record<string, string>>) => {
    const fault = faults.shift();
    if (fault) throw new ServiceError(fault, 'not now');
    const execution = `${stateMachineArn}:${name}`;
    if (started.has(execution)) throw new ServiceError('ExecutionAlreadyExists', 'Execution Already Exists');
    started.set(execution, JSON.parse(input ?? ''));
    return { executionArn: execution, startDate: 0 };
  };
  const service: Service = { targetPrefix: 'AWSStepFunctions', operations: { StartExecution } };
  const worker = startSagaWorker(createTestRuntime({ services: [service], variables }).rt);
  return { started, handle: (...events: readonly unknown[]) => worker(messages(...events), invocation()) };
};
const event = (type: Event['type'], data: object, more: object = {}) =>
  busEvent({ ...{ id: 'e1', type, at, tenantId, aggregateId: id, version: 1, data, ...more } } as Event);
const placed = event('OrderPlaced.v1', { run: 1 }, { correlationId: 'c1' });
const cancelling = event('OrderCancelling.v1', { run: 2, reason: 'out_of_stock' });

it('starts the saga of an event with ids only, under a name unique to the run; the event id replaces a missing correlation id', async () => {
  const { started, handle } = createWorker();
  expect(await handle(placed, cancelling)).toEqual({ batchItemFailures: [] });
  expect([...started]).toEqual([
    ['arn:fulfil-order:o1-1', { tenantId, orderId: id, run: 1, correlationId: 'c1' }],
    ['arn:unwind-order:o1-2', { tenantId, orderId: id, run: 2, correlationId: 'e1' }],
  ]);
});

it('succeeds if the execution already exists', async () => {
  const { started, handle } = createWorker();
  await handle(placed);
  expect(await handle(placed, placed)).toEqual({ batchItemFailures: [] });
  expect(started.size).toBe(1);
});

it('has the message redelivered if the saga cannot be started', async () => {
  const { started, handle } = createWorker(['StateMachineDoesNotExist']);
  expect(await handle(placed)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
  expect(await handle(placed)).toEqual({ batchItemFailures: [] });
  expect(started.size).toBe(1);
});
