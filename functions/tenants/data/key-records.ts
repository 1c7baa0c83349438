import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { remember } from '#shared/remember';
import type { Runtime } from '#shared/runtime';
import type { ApiKey } from '#tenants/contract';
import { apiKeyKey } from '#tenants/data/keys';

/** For so long, readers may be behind: a new key unknown, a revoked one still good. */
const FRESH_MS = 5_000;
const MOST_KEYS = 10_000;

/** Whether there is such a key. Remembers the answer either way, under the key's digest and never under the key. */
export const keyRecords = (rt: Runtime<'db'>): ((key: ApiKey) => Promise<boolean>) => {
  const known = remember<boolean>({ forMs: FRESH_MS, most: MOST_KEYS, now: () => rt.now().getTime() });
  return async (key) => {
    const Key = apiKeyKey(key);
    const remembered = known.get(Key.pk);
    if (remembered !== undefined) return remembered;
    const { Item } = await rt.db.send(new GetCommand({ TableName: rt.env('TABLE_NAME'), Key, ConsistentRead: true }));
    known.set(Key.pk, Item !== undefined);
    return Item !== undefined;
  };
};
