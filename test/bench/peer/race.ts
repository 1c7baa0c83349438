import { tally } from './load.ts';
import type { Side } from './side.ts';

export const BUYERS = 60;
export const UNITS = 10;

export type Race = {
  /** Units of orders whose customers were told that they are settled: more than there were is an oversale. */
  readonly sold: number;
  /** Units that are gone by the server's own account of its stock. */
  readonly taken: number;
  readonly refused: number;
  readonly failed: number;
  /** How many were refused or failed of what. */
  readonly why: Readonly<Record<string, number>>;
};

/** All buyers at once, one unit each, of a product that has fewer. */
export const race = async (side: Side, sku: string): Promise<Race> => {
  const buyers = Array.from({ length: BUYERS }, (_, n) => side.order(sku, `${sku}-buyer-${n}`));
  const ends = await Promise.all(buyers);
  const count = (as: string) => ends.filter((end) => end.as === as).length;
  return {
    sold: count('settled'),
    taken: await side.taken(sku),
    refused: count('refused'),
    failed: count('failed'),
    why: tally(ends),
  };
};
