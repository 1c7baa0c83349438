import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { Throttled } from '#platform/errors';
import { batchGet } from '#platform/table/batch-get';
import type { Service } from '../../embedded/aws/service.ts';
import { tableWorld } from './fixtures/table.ts';
import { TABLE_NAME } from './fixtures/world.ts';

/** A table that reads so many keys at a time and leaves the rest unprocessed, as DynamoDB may. */
const reading =
  (most: number) =>
  (table: Service): Service => ({
    ...table,
    operations: {
      ...table.operations,
      BatchGetItem: async ({ RequestItems }, caller) => {
        const { Keys } = RequestItems[TABLE_NAME];
        const left = Keys.slice(most);
        const input = { RequestItems: { [TABLE_NAME]: { Keys: Keys.slice(0, most) } } };
        const answer = (most > 0 && (await table.operations['BatchGetItem']?.(input, caller))) || { Responses: {} };
        return { ...answer, UnprocessedKeys: left.length > 0 ? { [TABLE_NAME]: { Keys: left } } : {} };
      },
    },
  });

const keys = ['d', 'a', 'missing', 'c', 'b'].map((name) => ({ pk: `p#${name}`, sk: 's' }));
const filled = async (most: number) => {
  const { rt, clock } = tableWorld(reading(most));
  for (const key of keys.filter(({ pk }) => pk !== 'p#missing')) {
    await rt.db.send(new PutCommand({ TableName: TABLE_NAME, Item: { ...key, note: key.pk } }));
  }
  return { rt, clock };
};

it.each([100, 2])(
  'brings the items in the order of their keys, without those that are not there (%i at a time)',
  async (most) => {
    const { rt } = await filled(most);
    expect((await batchGet(rt, keys)).map(({ note }) => note)).toEqual(['p#d', 'p#a', 'p#c', 'p#b']);
  },
);

it('asks for nothing where there is nothing to read', async () => {
  const { rt, operations } = tableWorld();
  expect(await batchGet(rt, [])).toEqual([]);
  expect(operations()).toEqual([]);
});

it('waits longer before each try, and gives up rather than leave items out', async () => {
  const { rt, clock } = await filled(0);
  const before = clock.now();
  await expect(batchGet(rt, keys)).rejects.toThrow(Throttled);
  expect(clock.now() - before).toBe(0.5 * 50 * (2 + 4 + 8));
});
