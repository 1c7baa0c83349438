import { createHash } from 'node:crypto';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export type Chance = ReturnType<typeof chanceOf>;

/** A random source that depends only on the seed and the label. Sources with other labels do not influence it. */
export const chanceOf = (seed: number, label: string) => {
  const generator = xoroshiro128plus(createHash('sha256').update(`${seed}/${label}`).digest().readInt32LE());
  const number = () => (generator.next() >>> 0) / 2 ** 32;
  const int = (min: number, max: number) => min + Math.floor(number() * (max - min + 1));
  return {
    /** At least 0, less than 1. */
    number,
    /** A whole number from `min` to `max`, both included. */
    int,
    pick: <T>(values: readonly T[]): T => values[int(0, values.length - 1)] as T,
  };
};
