import { percentile } from '../percentile.ts';
import { memoryMb } from './memory.ts';
import type { Ended, Side } from './side.ts';

export const PRODUCTS = Array.from({ length: 8 }, (_, n) => `bench-${n}`);

type Times = { readonly p50Ms: number; readonly p99Ms: number };
export type Load = {
  readonly atOnce: number;
  readonly settled: number;
  readonly failed: number;
  /** How many orders failed of what. */
  readonly why: Readonly<Record<string, number>>;
  readonly settledPerSecond: number;
  /** Of orders that were settled. */
  readonly lastCall: Times;
  readonly whole: Times;
  /** Resident memory of the server's process after the run. */
  readonly memoryMb: number;
};

/** What ended an order that was not settled, and how often. */
export const tally = (ends: readonly Ended[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const { as, why } of ends) if (as !== 'settled') counts[why ?? as] = (counts[why ?? as] ?? 0) + 1;
  return counts;
};

const times = (values: readonly number[]): Times => ({
  p50Ms: percentile(values, 0.5),
  p99Ms: percentile(values, 0.99),
});

/** So many customers at once for so long, each of whom orders again once the last order has ended. */
export const load = async (side: Side, atOnce: number, ms: number, name: string): Promise<Load> => {
  const ends: Ended[] = [];
  const begun = performance.now();
  let n = 0;
  const customer = async () => {
    while (performance.now() - begun < ms) {
      const nth = n++;
      ends.push(await side.order(PRODUCTS[nth % PRODUCTS.length] as string, `${name}-${nth}`));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, customer));
  const seconds = (performance.now() - begun) / 1_000;
  const settled = ends.filter(({ as }) => as === 'settled');
  return {
    atOnce,
    settled: settled.length,
    failed: ends.length - settled.length,
    why: tally(ends),
    settledPerSecond: settled.length / seconds,
    lastCall: times(settled.map(({ lastCallMs }) => lastCallMs)),
    whole: times(settled.map(({ wholeMs }) => wholeMs)),
    memoryMb: await memoryMb(side.pid),
  };
};
