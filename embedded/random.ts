import { randomFillSync } from 'node:crypto';

/** Chance as the host sees it. The simulator seeds it; everything else uses the machine's. */
export type Random = {
  /** At least 0, less than 1. */
  readonly number: () => number;
  readonly bytes: (length: number) => Uint8Array;
};

const POOL = 4_096;

/** Fetches bytes in bulk, for many small requests cost more than a few large ones; none is given out twice. */
export const machineRandom = (): Random => {
  let pool = new Uint8Array(0);
  const bytes = (length: number): Uint8Array => {
    if (pool.length < length) pool = randomFillSync(new Uint8Array(Math.max(POOL, length)));
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
