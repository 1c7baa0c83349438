import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { parseItem } from '#platform/table/parse-item';
import { taskFunction } from '#platform/saga/task';
import { invocation } from '../../fixtures/invocation.ts';
import { createTestRuntime } from '../../fixtures/runtime.ts';

const failWith = (error: unknown) => {
  const task = taskFunction(createTestRuntime().rt, z.object({}), async () => {
    throw error;
  });
  return task({}, invocation());
};
const named = (name: string, message = 'no') => Object.assign(new Error(message), { name });

describe('an error that repeats identically', () => {
  it.each([
    ['a validation error of AWS', named('ValidationException', 'Item size has exceeded the maximum allowed size')],
    ['a serialization error of AWS', named('SerializationException')],
  ])('is thrown as Unprocessable: %s', async (_, error) => {
    await expect(failWith(error)).rejects.toMatchObject({ name: 'Unprocessable' });
  });

  it('is thrown as Unprocessable: an item of ours that does not match its schema', async () => {
    const broken = () => parseItem(z.object({ total: z.int() }), { pk: 'orders#t1#order#o1', total: 'x' });
    const task = taskFunction(createTestRuntime().rt, z.object({}), async () => void broken());
    await expect(task({}, invocation())).rejects.toMatchObject({ name: 'Unprocessable' });
  });
});
