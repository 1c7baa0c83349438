import * as z from 'zod/mini';
import type { Runtime } from '#platform/runtime/runtime';
import { ttlCache } from '#platform/runtime/ttl-cache';
import { StringSchema } from '#platform/schemas';
import type { Item } from '#platform/table/batch-get';
import { getItem } from '#platform/table/get-item';
import { parseItem } from '#platform/table/parse-item';
import type { ApiKey } from '#tenants/contract';
import { apiKeyKey } from '#tenants/table/keys';

/** For this long, from the start of the read, a function may accept a revoked key, or refuse a key that was made after the read. */
const TTL_MS = 5_000;
const MAX_KEYS = 10_000;

/** The item by which a key is found. Those of keys that were made before keys had records have no `id`. */
const ApiKeyItem = z.object({
  id: z.optional(StringSchema),
  expiresAt: z.optional(StringSchema),
  lastUsedAt: z.optional(StringSchema),
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
