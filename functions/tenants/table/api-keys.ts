import type { Runtime } from '#platform/runtime/runtime';
import { ttlCache } from '#platform/runtime/ttl-cache';
import { getItem } from '#platform/table/get-item';
import type { ApiKey } from '#tenants/contract';
import { apiKeyKey } from '#tenants/table/keys';

/** For this long a new key may be unknown and a revoked one accepted. */
const TTL_MS = 5_000;
const MAX_KEYS = 10_000;

/** Whether a key exists. It caches both answers, by the key's digest and never by the key. */
export const apiKeyLookup = (rt: Runtime<'db'>): ((key: ApiKey) => Promise<boolean>) => {
  const cache = ttlCache<boolean>({ ttlMs: TTL_MS, maxKeys: MAX_KEYS, now: () => rt.now().getTime() });
  return async (key) => {
    const Key = apiKeyKey(key);
    const cached = cache.get(Key.pk);
    if (cached !== undefined) return cached;
    const exists = (await getItem(rt, Key)) !== undefined;
    cache.set(Key.pk, exists);
    return exists;
  };
};
