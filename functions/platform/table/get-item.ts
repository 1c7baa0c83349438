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

/** The same with an eventually consistent read, at half the price: for what is shown, never for what is decided. */
export const getItemEventually = async (rt: TableRuntime, key: Key): Promise<Item | undefined> => {
  const { Item } = await rt.db.send(new GetCommand({ TableName: rt.env('TABLE_NAME'), Key: key }));
  return Item;
};
