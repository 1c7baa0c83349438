import { expect, it } from 'vitest';
import { batchGet } from '#platform/table/batch-get';
import { type Operation, ServiceError } from '../../embedded/aws/service.ts';
import { watchedTable } from './fixtures/watched-table.ts';
import { TABLE_NAME } from './fixtures/world.ts';

const keys = ['a', 'b', 'c'].map((name) => ({ pk: `p#${name}`, sk: 's' }));

it.each([
  ['reads strongly where that is asked for, also what was left the first time', { consistent: true }, true],
  ['does not otherwise, for it costs twice as much', undefined, false],
])('%s', async (_, option, strong) => {
  const asked: unknown[] = [];
  const oneByOne = (operation: Operation, name: string): Operation => {
    if (name !== 'BatchGetItem') return operation;
    return async ({ RequestItems }, caller) => {
      const { Keys, ConsistentRead } = RequestItems[TABLE_NAME];
      asked.push(ConsistentRead);
      const [first, ...left] = Keys;
      const answer = await operation({ RequestItems: { [TABLE_NAME]: { Keys: [first], ConsistentRead } } }, caller);
      return { ...(answer as object), UnprocessedKeys: left.length > 0 ? { [TABLE_NAME]: { Keys: left } } : {} };
    };
  };
  await batchGet(watchedTable({ between: oneByOne }).rt, keys, option);
  expect(asked).toEqual([strong, strong, strong]);
});

it('throws what the table throws', async () => {
  const { rt } = watchedTable({
    between: () => () => {
      throw new ServiceError('AccessDeniedException', 'not yours');
    },
  });
  await expect(batchGet(rt, keys)).rejects.toMatchObject({ name: 'AccessDeniedException' });
});
