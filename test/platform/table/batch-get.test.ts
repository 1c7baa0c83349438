import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { batchGet } from '#platform/table/batch-get';
import { Throttled } from '#platform/table/throttled';
import { type Operation, ServiceError } from '../../../embedded/aws/service.ts';
import { TABLE_NAME } from '../../fixtures/runtime.ts';
import { createTestTable } from '../../fixtures/table.ts';

/** A table that reads at most `max` keys at a time and leaves the others unprocessed, as DynamoDB may. */
const readingAtMost =
  (max: number) =>
  (operation: Operation, name: string): Operation => {
    if (name !== 'BatchGetItem') return operation;
    return async ({ RequestItems }, caller) => {
      const { Keys, ConsistentRead } = RequestItems[TABLE_NAME];
      const unread = Keys.slice(max);
      const input = { RequestItems: { [TABLE_NAME]: { Keys: Keys.slice(0, max), ConsistentRead } } };
      const response = (max > 0 && (await operation(input, caller))) || { Responses: {} };
      return { ...response, UnprocessedKeys: unread.length > 0 ? { [TABLE_NAME]: { Keys: unread } } : {} };
    };
  };

const keys = ['d', 'a', 'missing', 'c', 'b'].map((name) => ({ pk: `p#${name}`, sk: 's' }));
const filledTable = async (max: number) => {
  const table = createTestTable({ intercept: readingAtMost(max) });
  for (const key of keys.filter(({ pk }) => pk !== 'p#missing')) {
    await table.rt.db.send(new PutCommand({ TableName: TABLE_NAME, Item: { ...key, note: key.pk } }));
  }
  return table;
};

it.each([100, 2])('returns the items in the order of their keys, without missing ones (%i at a time)', async (max) => {
  const { rt } = await filledTable(max);
  expect((await batchGet(rt, keys)).map(({ note }) => note)).toEqual(['p#d', 'p#a', 'p#c', 'p#b']);
});

it('sends nothing where there is nothing to read', async () => {
  const { rt, operations } = createTestTable();
  expect(await batchGet(rt, [])).toEqual([]);
  expect(operations()).toEqual([]);
});

it('waits longer before each attempt, and fails rather than leave items out', async () => {
  const { rt, clock } = await filledTable(0);
  const before = clock.now();
  await expect(batchGet(rt, keys)).rejects.toThrow(Throttled);
  expect(clock.now() - before).toBe(0.5 * 50 * (2 + 4 + 8));
});

it.each([
  ['reads strongly on request, also the keys that were left unprocessed', { consistent: true }, true],
  ['reads eventually consistently by default, because a strong read costs twice as much', undefined, false],
])('%s', async (_, option, consistent) => {
  const consistentReads: unknown[] = [];
  const intercept = (operation: Operation, name: string): Operation => {
    const limited = readingAtMost(1)(operation, name);
    if (name !== 'BatchGetItem') return operation;
    return (input, caller) => {
      consistentReads.push(input.RequestItems[TABLE_NAME].ConsistentRead);
      return limited(input, caller);
    };
  };
  await batchGet(createTestTable({ intercept }).rt, keys.slice(0, 3), option);
  expect(consistentReads).toEqual([consistent, consistent, consistent]);
});

it('throws what the table throws', async () => {
  const { rt } = createTestTable({
    intercept: () => () => {
      throw new ServiceError('AccessDeniedException', 'not yours');
    },
  });
  await expect(batchGet(rt, keys)).rejects.toMatchObject({ name: 'AccessDeniedException' });
});
