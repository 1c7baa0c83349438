import { expect, it } from 'vitest';
import { startSagaWorker } from '#orders/workers/start-saga.worker';
import type { Event } from '#platform/messaging/events';
import { type Service, ServiceError } from '../../embedded/aws/service.ts';
import { delivered, invocation, messages } from '../platform/fixtures/invocation.ts';
import { world } from '../platform/fixtures/world.ts';
import { at, id, tenantId } from './fixtures/order.ts';

const variables = { WORKFLOW_FULFIL_ORDER: 'arn:fulfil-order', WORKFLOW_UNWIND_ORDER: 'arn:unwind-order' };

/** Step Functions as far as starting goes: a name that was used once is refused. */
const starting = (faults: string[] = []) => {
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
  const worker = startSagaWorker(world({ services: [service], variables }).rt);
  return { started, take: (...events: readonly unknown[]) => worker(messages(...events), invocation()) };
};
const event = (type: Event['type'], data: object, more: object = {}) =>
  delivered({ ...{ id: 'e1', type, at, tenantId, aggregateId: id, version: 1, data, ...more } } as Event);
const placed = event('OrderPlaced.v1', { run: 1 }, { correlationId: 'c1' });
const cancelling = event('OrderCancelling.v1', { run: 2, reason: 'out_of_stock' });

it('starts the saga of the event under a name that the run has once, with ids alone: an older event goes by its own', async () => {
  const { started, take } = starting();
  expect(await take(placed, cancelling)).toEqual({ batchItemFailures: [] });
  expect([...started]).toEqual([
    ['arn:fulfil-order:o1.1', { tenantId, orderId: id, run: 1, correlationId: 'c1' }],
    ['arn:unwind-order:o1.2', { tenantId, orderId: id, run: 2, correlationId: 'e1' }],
  ]);
});

it('takes an execution that exists for success', async () => {
  const { started, take } = starting();
  await take(placed);
  expect(await take(placed, placed)).toEqual({ batchItemFailures: [] });
  expect(started.size).toBe(1);
});

it('leaves the message to be redelivered where the saga could not be started', async () => {
  const { started, take } = starting(['StateMachineDoesNotExist']);
  expect(await take(placed)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
  expect(await take(placed)).toEqual({ batchItemFailures: [] });
  expect(started.size).toBe(1);
});
