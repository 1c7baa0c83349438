export type Memory<V> = {
  readonly get: (key: string) => V | undefined;
  readonly set: (key: string, value: V) => void;
};

type Limits = { readonly forMs: number; readonly most: number; readonly now: () => number };

/** Values that are good for a while by the runtime's clock, and of no more keys than `most`: the one set longest ago goes first. */
export const remember = <V>({ forMs, most, now }: Limits): Memory<V> => {
  // A Map keeps the order in which keys came, so the first is the oldest.
  const held = new Map<string, { readonly value: V; readonly until: number }>();
  return {
    get(key) {
      const entry = held.get(key);
      return entry && now() < entry.until ? entry.value : undefined;
    },
    set(key, value) {
      held.delete(key);
      held.set(key, { value, until: now() + forMs });
      const [oldest] = held.keys();
      if (held.size > most && oldest !== undefined) held.delete(oldest);
    },
  };
};
