export type TtlCache<V> = {
  readonly get: (key: string) => V | undefined;
  /** `validFromMs` is the time at which the value was true for certain, such as the start of its read. Default: now. */
  readonly set: (key: string, value: V, validFromMs?: number) => void;
};

type Options = { readonly ttlMs: number; readonly maxKeys: number; readonly now: () => number };

/**
 * Keeps values for `ttlMs` by the runtime's clock, and at most `maxKeys` of them: the one set longest ago is dropped first. ADR 6 says
 * why it is not a library.
 */
export const ttlCache = <V>({ ttlMs, maxKeys, now }: Options): TtlCache<V> => {
  // a Map keeps its keys in the order in which they were set, so the first is the oldest
  const entries = new Map<string, { readonly value: V; readonly expiresAt: number }>();
  return {
    get(key) {
      const entry = entries.get(key);
      return entry && now() < entry.expiresAt ? entry.value : undefined;
    },
    set(key, value, validFromMs = now()) {
      entries.delete(key);
      entries.set(key, { value, expiresAt: validFromMs + ttlMs });
      const [oldest] = entries.keys();
      if (entries.size > maxKeys && oldest !== undefined) entries.delete(oldest);
    },
  };
};
