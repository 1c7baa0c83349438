import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#platform/runtime/runtime';
import { Throttled } from '#platform/table/throttled';

export type Key = { readonly pk: string; readonly sk: string };
export type Item = Readonly<Record<string, unknown>>;

const MAX_ATTEMPTS = 4;

/** Reads the items with these keys (at most 100, without repeats), in the order of the keys. Keys without an item are left out. */
export const batchGet = async (
  rt: Runtime<'db'>,
  keys: readonly Key[],
  { consistent = false } = {},
): Promise<readonly Item[]> => {
  const table = rt.env('TABLE_NAME');
  const found = new Map<string, Item>();
  const nameOf = ({ pk, sk }: Record<string, unknown>) => JSON.stringify([pk, sk]);

  let unread: Record<string, unknown>[] = [...keys];
  for (let attempt = 0; unread.length > 0; attempt++) {
    if (attempt === MAX_ATTEMPTS)
      throw new Throttled(`the table left ${unread.length} keys unread in ${MAX_ATTEMPTS} attempts`);
    if (attempt > 0) await rt.sleep(rt.random() * 50 * 2 ** attempt);
    const { Responses, UnprocessedKeys } = await rt.db.send(
      new BatchGetCommand({ RequestItems: { [table]: { Keys: unread, ConsistentRead: consistent } } }),
    );
    for (const item of Responses?.[table] ?? []) found.set(nameOf(item), item);
    unread = UnprocessedKeys?.[table]?.Keys ?? [];
  }
  return keys.map((key) => found.get(nameOf(key))).filter((item) => item !== undefined);
};
