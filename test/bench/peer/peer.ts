import { breakwater } from './breakwater.ts';
import { type Load, load, PRODUCTS } from './load.ts';
import { BUYERS, type Race, race, UNITS } from './race.ts';
import type { Side, Start } from './side.ts';
import { vendure } from './vendure.ts';

type Measured = { readonly loads: readonly Load[]; readonly races: readonly Race[] };
/** Both sides, measured by turns on the same machine in the same run. */
export type Peer = { readonly vendure: Measured; readonly breakwater: Measured };

const CUSTOMERS = [1, 8, 64];
const RACES = Array.from({ length: 5 }, (_, n) => `race-${n}`);
const STOCK = {
  ...Object.fromEntries(PRODUCTS.map((sku) => [sku, 900_000])),
  ...Object.fromEntries(RACES.map((sku) => [sku, UNITS])),
};

/** Measures one side on a server started for it, which has shown that it can settle an order at all. */
const on = async <T>(start: Start, warmUpMs: number, atOnce: number, measure: (side: Side) => Promise<T>) => {
  const side = await start(STOCK);
  try {
    const first = await side.order(PRODUCTS[0] as string, 'first');
    if (first.as !== 'settled') throw new Error(`the first order was ${first.as}: ${first.why}`);
    await load(side, atOnce, warmUpMs, 'warm-up');
    return await measure(side);
  } finally {
    await side.stop();
  }
};

/** Each load on a server of its own, Vendure's directly before Breakwater's; then the races, one after the other on one server. */
export const peer = async (quick: boolean): Promise<Peer> => {
  const [warmUpMs, ms] = quick ? [2_000, 4_000] : [5_000, 15_000];
  const loads = { vendure: [] as Load[], breakwater: [] as Load[] };
  for (const atOnce of CUSTOMERS) {
    const run = (side: Side) => load(side, atOnce, ms, 'run');
    loads.vendure.push(await on(vendure, warmUpMs, atOnce, run));
    loads.breakwater.push(await on(breakwater, warmUpMs, atOnce, run));
  }
  const races = async (side: Side) => {
    const all: Race[] = [];
    for (const sku of RACES) all.push(await race(side, sku));
    return all;
  };
  return {
    vendure: { loads: loads.vendure, races: await on(vendure, warmUpMs, BUYERS, races) },
    breakwater: { loads: loads.breakwater, races: await on(breakwater, warmUpMs, BUYERS, races) },
  };
};
