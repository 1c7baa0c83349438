import { afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { sagaErrors } from '#contexts';
import { SagaError } from '#platform/saga/saga-error';
import { taskFunction } from '#platform/saga/task';
import { invocation } from '../../fixtures/invocation.ts';
import { captureLog } from '../../fixtures/log-capture.ts';
import { createTestRuntime } from '../../fixtures/runtime.ts';

afterEach(() => vi.restoreAllMocks());

const runFailing = async (error: unknown) => {
  const lines = captureLog();
  const { rt } = createTestRuntime({ logLevel: 'DEBUG' });
  const task = taskFunction(rt, z.looseObject({}), async () => {
    throw error;
  });
  const thrown = await task({ correlationId: 'c1' }, invocation()).catch((reason: unknown) => reason);
  return { lines: lines(), thrown };
};

describe.each(Object.values(sagaErrors))('a task that refuses with $name', (definition) => {
  it('logs one INFO line without a stack', async () => {
    const { lines, thrown } = await runFailing(new SagaError(definition));
    expect(lines).toMatchObject([
      {
        level: 'INFO',
        message: 'task refused',
        refusal: definition.name,
        because: definition.message,
        correlationId: 'c1',
      },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/stack|\.ts:\d/);
    // Lambda itself logs the error of an invocation
    expect((thrown as Error).stack).toBe(`${definition.name}: ${definition.message}`);
  });
});

describe('a task with a fault', () => {
  it.each([
    new Error('the table is gone'),
    Object.assign(new Error('throttled'), { name: 'ThrottlingException' }),
    // the name of a refusal does not make one
    Object.assign(new Error('no'), { name: 'PaymentDeclined' }),
  ])('logs one ERROR line with its stack: %s', async (error) => {
    const { lines } = await runFailing(error);
    expect(lines).toMatchObject([
      { level: 'ERROR', message: 'task failed', error: { name: error.name, stack: expect.stringMatching(/\.ts:\d/) } },
    ]);
  });

  it("logs one ERROR line for input that is not the saga's", async () => {
    const lines = captureLog();
    const { rt } = createTestRuntime({ logLevel: 'DEBUG' });
    const task = taskFunction(rt, z.object({ run: z.int() }), async () => undefined);
    await expect(task({}, invocation())).rejects.toThrow();
    expect(lines()).toMatchObject([{ level: 'ERROR', message: 'task failed' }]);
  });
});
