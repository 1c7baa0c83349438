import { hash } from 'node:crypto';
import type { Clock } from '../service.ts';

export type StoredObject = {
  readonly key: string;
  readonly body: string;
  /** The MD5 of the body, in hexadecimal digits. */
  readonly etag: string;
  readonly modifiedAtMs: number;
};

export type Bucket = ReturnType<typeof createBucket>;

/** A bucket of text objects without versions. */
export const createBucket = (name: string, clock: Clock) => {
  const objects = new Map<string, StoredObject>();
  const createdAtMs = clock.now();
  return {
    name,
    createdAtMs,
    put(key: string, body: string) {
      objects.set(key, { key, body, etag: hash('md5', body), modifiedAtMs: clock.now() });
    },
    get: (key: string): StoredObject | undefined => objects.get(key),
    delete: (key: string) => void objects.delete(key),
    /** The objects whose keys begin with the prefix and come after `afterKey`, in the order of their keys' bytes. */
    list: (prefix: string, afterKey = ''): readonly StoredObject[] =>
      [...objects.values()]
        .filter(({ key }) => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), Buffer.from(afterKey)) > 0)
        .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))),
  };
};
