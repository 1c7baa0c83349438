import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { addMs } from '#platform/kernel';
import type { Runtime } from '#platform/runtime/runtime';
import { ttlCache } from '#platform/runtime/ttl-cache';
import type { Item } from '#platform/table/batch-get';
import { getItem } from '#platform/table/get-item';
import { parseItem } from '#platform/table/parse-item';
import type { ApiKey } from '#tenants/contract';
import { apiKeyKey } from '#tenants/table/keys';

/** For this long, from the start of the read, a new key may be unknown and a revoked one accepted. */
const TTL_MS = 5_000;
const MAX_KEYS = 10_000;
/** A minute less than an hour, because API Gateway's cache delays the authorizer by some seconds. */
const LAST_USE_INTERVAL_MS = 59 * 60_000;

/** The item by which a key is found. Those of keys that were made before keys had records have no `id`. */
const ApiKeyItem = z.object({
  id: z.optional(z.string()),
  expiresAt: z.optional(z.string()),
  lastUsedAt: z.optional(z.string()),
});
export type StoredApiKey = z.infer<typeof ApiKeyItem>;
export const toStoredApiKey = (item: Item): StoredApiKey => parseItem(ApiKeyItem, item);

export type FindApiKey = (key: ApiKey) => Promise<StoredApiKey | undefined>;

/** Reads a key strongly. Undefined if it does not exist or is revoked; it may have expired. */
export const apiKeyReader =
  (rt: Runtime<'db'>): FindApiKey =>
  async (key) => {
    const item = await getItem(rt, apiKeyKey(key));
    return item && toStoredApiKey(item);
  };

/** Reads a key at most once in 5 seconds. It caches both answers, by the key's digest and never by the key. */
export const cachedApiKeyReader = (rt: Runtime<'db'>): FindApiKey => {
  const nowMs = () => rt.now().getTime();
  const cache = ttlCache<{ readonly found: StoredApiKey | undefined }>({
    ...{ ttlMs: TTL_MS, maxKeys: MAX_KEYS, now: nowMs },
  });
  const read = apiKeyReader(rt);
  return async (key) => {
    const { pk } = apiKeyKey(key);
    const cached = cache.get(pk);
    if (cached) return cached.found;
    const readAtMs = nowMs();
    const found = await read(key);
    cache.set(pk, { found }, readAtMs);
    return found;
  };
};

/**
 * Records that a key is used now, unless the last use is less than an hour ago. It never fails, because a request does not depend on it,
 * and it never creates an item, because the key may have been revoked since it was read.
 */
export const lastUseRecorder =
  (rt: Runtime<'db'>) =>
  async (key: ApiKey, { lastUsedAt = '' }: StoredApiKey): Promise<void> => {
    const at = rt.now().toISOString();
    const before = addMs(at, -LAST_USE_INTERVAL_MS);
    if (lastUsedAt > before) return;
    try {
      await rt.db.send(
        new UpdateCommand({
          TableName: rt.env('TABLE_NAME'),
          Key: apiKeyKey(key),
          UpdateExpression: 'SET lastUsedAt = :at',
          ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(lastUsedAt) OR lastUsedAt <= :before)',
          ExpressionAttributeValues: { ':at': at, ':before': before },
        }),
      );
    } catch (error) {
      // another authorizer has recorded a use, or the key is revoked
      if (error instanceof ConditionalCheckFailedException) return;
      rt.logger.warn('the last use of a key was not recorded', error as Error);
    }
  };
