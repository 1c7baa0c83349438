import fc from 'fast-check';
import { expect, it } from 'vitest';
import { startSaga } from '#orders/use-cases/start-saga';
import { startSagaWorker } from '#orders/workers/start-saga';
import { idFrom } from '#platform/http/idempotency';
import type { OrderId, TenantId } from '#platform/kernel';
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

/** The characters that the log of an execution needs in its name, and the length that Step Functions takes. */
const EXECUTION_NAME = /^[0-9A-Za-z_-]{1,80}$/;

// red if the tenant is no part of the order's id, if only the run's last digit is part of the name, or if a colon separates the run
it('names the executions of any tenants, keys and runs differently, in characters that the log of an execution takes', async () => {
  const anyRun = fc.record({
    tenant: fc.stringMatching(/^[a-z0-9]{1,64}$/),
    key: fc.string({ minLength: 1, maxLength: 255 }),
    run: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  });
  // few values of each, so that many runs differ in one of them only
  const runs = fc.array(
    fc.oneof(
      anyRun,
      fc.record({
        tenant: fc.constantFrom('a', 'b'),
        key: fc.constantFrom('k', 'k-1'),
        run: fc.integer({ min: 1, max: 11 }),
      }),
    ),
    { maxLength: 20 },
  );
  await fc.assert(
    fc.asyncProperty(runs, async (all) => {
      const names = new Map<string, string>();
      for (const { tenant, key, run } of all) {
        const tenantId = tenant as TenantId;
        const orderId = idFrom(tenantId, key) as OrderId;
        const start = startSaga(async (_, name) => {
          expect(name).toMatch(EXECUTION_NAME);
          const owner = JSON.stringify([tenant, key, run]);
          expect(names.get(name) ?? owner).toBe(owner);
          names.set(name, owner);
        });
        await start('fulfil-order', { tenantId, orderId, run, correlationId: 'c1' });
      }
      expect(names.size).toBe(new Set(all.map(({ tenant, key, run }) => JSON.stringify([tenant, key, run]))).size);
    }),
  );
});
