import { randomFillSync } from 'node:crypto';

/** The source of randomness. Pass a seeded one for reproducible runs. */
export type Random = {
  /** At least 0, less than 1. */
  readonly number: () => number;
  readonly bytes: (length: number) => Uint8Array;
};

const POOL_BYTES = 4_096;

/** The machine's randomness. It fetches bytes in bulk, because many small requests cost more than a few large ones. */
export const createSystemRandom = (): Random => {
  let pool = new Uint8Array(0);
  const bytes = (length: number): Uint8Array => {
    if (pool.length < length) pool = randomFillSync(new Uint8Array(Math.max(POOL_BYTES, length)));
    const taken = pool.slice(0, length);
    pool = pool.subarray(length);
    return taken;
  };
  return { number: Math.random, bytes };
};

/** A UUID of version 4. */
export const uuid = (random: Random): string => {
  const bytes = Uint8Array.from(random.bytes(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};
