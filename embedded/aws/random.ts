import { randomFillSync } from 'node:crypto';

/** A source of random numbers. Pass a seeded one to make a run reproducible. */
export type RandomSource = {
  /** At least 0, less than 1. */
  readonly nextFloat: () => number;
  readonly nextBytes: (lengthBytes: number) => Uint8Array;
};

const BUFFER_BYTES = 4_096;

/** Creates the system's random source. It reads bytes in blocks, because many small reads are slow. */
export const createSystemRandom = (): RandomSource => {
  let buffer = new Uint8Array(0);
  const nextBytes = (lengthBytes: number): Uint8Array => {
    if (buffer.length < lengthBytes) buffer = randomFillSync(new Uint8Array(Math.max(BUFFER_BYTES, lengthBytes)));
    const result = buffer.slice(0, lengthBytes);
    buffer = buffer.subarray(lengthBytes);
    return result;
  };
  return { nextFloat: Math.random, nextBytes };
};

/** Creates a version 4 UUID. */
export const createUuid = (random: RandomSource): string => {
  const bytes = Uint8Array.from(random.nextBytes(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};
