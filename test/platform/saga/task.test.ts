import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { sagaErrors } from '#contexts';
import { SagaError, type SagaErrorDefinition } from '#platform/saga/saga-error';
import { taskFunction } from '#platform/saga/task';
import { invocation } from '../../fixtures/invocation.ts';
import { createTestRuntime } from '../../fixtures/runtime.ts';

const Input = z.object({ id: z.string() });

describe('a task', () => {
  it('gets its parsed input, and a deadline one second before that of its function', async () => {
    const { rt, clock } = createTestRuntime();
    const runs: unknown[] = [];
    const task = taskFunction(rt, Input, async (input, deadlineMs) => void runs.push(input, deadlineMs));
    const context = invocation(15_000, clock);
    clock.advance(2_000);
    expect(await task({ id: 'a', refusal: { Error: 'E' } }, context)).toBeUndefined();
    expect(runs).toEqual([{ id: 'a' }, clock.now() + 12_000]);
  });

  it('runs nothing on invalid input', async () => {
    const { rt } = createTestRuntime();
    let ran = false;
    const task = taskFunction(rt, Input, async () => {
      ran = true;
    });
    await expect(task({ id: 1 }, invocation())).rejects.toThrow();
    expect(ran).toBe(false);
  });

  it.each(['StockUnavailable', 'PaymentDeclined', 'PaymentUnknown', 'Superseded', 'HoldCommitted'] as const)(
    'fails with the name that its saga matches: %s',
    async (name) => {
      const definition = sagaErrors[name] as SagaErrorDefinition;
      const task = taskFunction(createTestRuntime().rt, Input, async () => {
        throw new SagaError(definition);
      });
      const error = await task({ id: 'a' }, invocation()).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name, message: definition.message });
      expect(definition.name).toBe(name);
      expect(Object.hasOwn(error as object, 'name')).toBe(true);
    },
  );
});
