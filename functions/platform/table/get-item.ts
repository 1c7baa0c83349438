import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#platform/runtime/runtime';
import type { Item, Key } from '#platform/table/batch-get';

/** What access to single items needs of a runtime. */
export type TableRuntime = Pick<Runtime<'db'>, 'db' | 'env'>;

/** Reads the item with this key with a strongly consistent read. Returns undefined if there is none. */
export const getItem = async (rt: TableRuntime, key: Key): Promise<Item | undefined> => {
  const { Item } = await rt.db.send(
    new GetCommand({ TableName: rt.env('TABLE_NAME'), Key: key, ConsistentRead: true }),
  );
  return Item;
};
