import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { TooBusy } from '#shared/errors';
import type { Runtime } from '#shared/runtime';

export type Key = { readonly pk: string; readonly sk: string };
export type Item = Readonly<Record<string, unknown>>;

const ATTEMPTS = 4;

/** The items with these keys (at most 100, none twice), in their order; those that do not exist are left out. */
export const batchGet = async (
  rt: Runtime<'db'>,
  keys: readonly Key[],
  { consistent = false } = {},
): Promise<readonly Item[]> => {
  const table = rt.env('TABLE_NAME');
  const found = new Map<string, Item>();
  const nameOf = ({ pk, sk }: Record<string, unknown>) => JSON.stringify([pk, sk]);

  let left: Record<string, unknown>[] = [...keys];
  for (let attempt = 0; left.length > 0; attempt++) {
    if (attempt === ATTEMPTS) throw new TooBusy(`the table left ${left.length} keys unread ${ATTEMPTS} times`);
    if (attempt > 0) await rt.sleep(rt.random() * 50 * 2 ** attempt);
    const { Responses, UnprocessedKeys } = await rt.db.send(
      new BatchGetCommand({ RequestItems: { [table]: { Keys: left, ConsistentRead: consistent } } }),
    );
    for (const item of Responses?.[table] ?? []) found.set(nameOf(item), item);
    left = UnprocessedKeys?.[table]?.Keys ?? [];
  }
  return keys.map((key) => found.get(nameOf(key))).filter((item) => item !== undefined);
};
