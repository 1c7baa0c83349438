import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { marshall, NumberValueImpl, unmarshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { taskFunction } from '#platform/saga/task';
import { parseItem } from '#platform/table/parse-item';
import { invocation } from '../../fixtures/invocation.ts';
import { createTestRuntime } from '../../fixtures/runtime.ts';

const runFailing = async (fail: () => unknown) => {
  const task = taskFunction(createTestRuntime().rt, z.object({}), async () => void fail());
  return task({}, invocation()).then(
    () => undefined,
    (error: unknown) => error as Error,
  );
};
const throwing =
  (name: string, message = 'no') =>
  () => {
    throw Object.assign(new Error(message), { name });
  };
const cancelledFor = (Code: string) => () => {
  throw new TransactionCanceledException({
    ...{ message: 'Transaction cancelled', $metadata: {} },
    CancellationReasons: [{ Code: 'None' }, { Code, Message: 'Item size has exceeded the maximum allowed size' }],
  });
};

class Price {}

describe('an error that repeats identically', () => {
  it.each<[string, () => unknown, string]>([
    [
      'a validation error of AWS',
      throwing('ValidationException', 'Item too large'),
      'ValidationException: Item too large',
    ],
    ['a serialization error of AWS', throwing('SerializationException', 'no map'), 'SerializationException: no map'],
    [
      'a validation error of a part of a transaction',
      cancelledFor('ValidationError'),
      'TransactionCanceledException: ValidationError: Item size has exceeded the maximum allowed size',
    ],
    [
      'a collection that is too large',
      cancelledFor('ItemCollectionSizeLimitExceeded'),
      'TransactionCanceledException: ',
    ],
    [
      'an item of ours that does not match its schema',
      () => parseItem(z.object({ total: z.int() }), { pk: 'orders#t1#order#o1', total: 'x' }),
      'InvalidItem: total: invalid_type',
    ],
    ['a class instance', () => marshall({ price: new Price() }), 'MarshallerError: a value of a type'],
    ['an undefined value', () => marshall({ list: [undefined] }), 'MarshallerError: an undefined value'],
    [
      'an undefined value in a set',
      () => marshall({ set: new Set(['a', undefined]) }),
      'MarshallerError: an undefined',
    ],
    ['an empty set', () => marshall({ set: new Set() }), 'MarshallerError: an empty set'],
    ['a set of objects', () => marshall({ set: new Set([{}]) }), 'MarshallerError: a set of a type'],
    ['not a number', () => marshall({ count: Number.NaN }), 'MarshallerError: a number that is not finite'],
    ['a number that is too large', () => marshall({ count: 2 ** 60 }), 'MarshallerError: a number that is too large'],
    [
      'a number that is too small',
      () => marshall({ count: -(2 ** 60) }),
      'MarshallerError: a number that is too large',
    ],
    ['a number that is not exact', () => NumberValueImpl.from(2 ** 60), 'MarshallerError: a number that is not exact'],
    [
      'a stored number that is too large',
      () => unmarshall({ count: { N: `${2n ** 60n}.5` } }),
      'MarshallerError: a stored number',
    ],
    [
      'a stored value of an unknown type',
      () => unmarshall({ x: { Q: '1' } as never }),
      'MarshallerError: a value of a type',
    ],
    ['a stored value without a type', () => unmarshall({ x: {} as never }), 'MarshallerError: a stored value'],
  ])('is thrown as Unprocessable, with its class: %s', async (_, fail, message) => {
    const error = await runFailing(fail);
    expect(error).toMatchObject({ name: 'Unprocessable', message: expect.stringContaining(message) });
  });

  it('shows no data', async () => {
    const message = `The value 'Ada Lovelace' of "ada@example.com", order 4711, ${'x'.repeat(200)}`;
    const { message: shown = '' } = (await runFailing(throwing('ValidationException', message))) ?? {};
    expect(shown).not.toMatch(/Ada|example|4711/);
    expect(shown.length).toBeLessThan(150);
  });
});

describe('an error that a retry or a deployment resolves', () => {
  it.each<[string, () => unknown]>([
    ['throttling', throwing('ThrottlingException')],
    ['a conflict', throwing('TransactionConflictException')],
    ['a failed condition in a transaction', cancelledFor('ConditionalCheckFailed')],
    ['a time-out', throwing('TimeoutError')],
    ['a missing permission', throwing('AccessDeniedException')],
    ['a defect of the code', throwing('TypeError', 'Unsupported type passed: x')],
    ['a text of its own', throwing('Error', 'the stock is contended')],
  ])('keeps its name: %s', async (_, fail) => {
    const error = await runFailing(fail);
    expect(error?.name).not.toBe('Unprocessable');
    expect(error).toBeInstanceOf(Error);
  });

  it('keeps what is not an error', async () => {
    const task = taskFunction(createTestRuntime().rt, z.object({}), async () => Promise.reject('no error'));
    await expect(task({}, invocation())).rejects.toBe('no error');
  });
});
