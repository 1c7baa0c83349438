import { createHash } from 'node:crypto';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export type Chance = ReturnType<typeof chanceOf>;

/** Chance that is the same for the same seed and label, whatever else draws. */
export const chanceOf = (seed: number, label: string) => {
  const generator = xoroshiro128plus(createHash('sha256').update(`${seed}/${label}`).digest().readInt32LE());
  const number = () => (generator.next() >>> 0) / 2 ** 32;
  const int = (least: number, most: number) => least + Math.floor(number() * (most - least + 1));
  return {
    /** At least 0, less than 1. */
    number,
    int,
    pick: <T>(from: readonly T[]): T => from[int(0, from.length - 1)] as T,
  };
};
