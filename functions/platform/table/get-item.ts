import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#platform/runtime/runtime';
import type { Item, Key } from '#platform/table/batch-get';

/** Reads the item with this key with a strongly consistent read. Returns undefined if there is none. */
export const getItem = async (rt: Runtime<'db'>, key: Key): Promise<Item | undefined> => {
  const { Item } = await rt.db.send(
    new GetCommand({ TableName: rt.env('TABLE_NAME'), Key: key, ConsistentRead: true }),
  );
  return Item;
};
