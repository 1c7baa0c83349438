import { startBreakwater } from './breakwater.ts';
import { type Load, PRODUCT_SKUS, runLoad } from './load.ts';
import { BUYERS, type Race, runRace, UNITS } from './race.ts';
import type { StartSystem, System } from './system.ts';
import { startVendure } from './vendure.ts';

type SystemMeasurement = { readonly loads: readonly Load[]; readonly races: readonly Race[] };
/** Both systems, measured alternately on the same machine in the same run. */
export type Comparison = { readonly vendure: SystemMeasurement; readonly breakwater: SystemMeasurement };

const CONCURRENCIES = [1, 8, 64];
const RACE_SKUS = Array.from({ length: 5 }, (_, n) => `race-${n}`);
const STOCK = {
  ...Object.fromEntries(PRODUCT_SKUS.map((sku) => [sku, 900_000])),
  ...Object.fromEntries(RACE_SKUS.map((sku) => [sku, UNITS])),
};

type WarmUp = { readonly concurrency: number; readonly durationMs: number };

/** Measures a system on a server started for it, after a first order has shown that it can complete a payment. */
const measureOn = async <T>(start: StartSystem, warmUp: WarmUp, measure: (system: System) => Promise<T>) => {
  const system = await start(STOCK);
  try {
    const first = await system.placeOrder(PRODUCT_SKUS[0] as string, 'first');
    if (first.kind !== 'paid') throw new Error(`the first order was ${first.kind}: ${first.reason}`);
    await runLoad(system, { ...warmUp, name: 'warm-up' });
    return await measure(system);
  } finally {
    await system.stop();
  }
};

/** Runs each load on its own server, Vendure's directly before Breakwater's, and then all races on one server of each. */
export const compareWithCompetitor = async (quick: boolean): Promise<Comparison> => {
  const [warmUpMs, durationMs] = quick ? [2_000, 4_000] : [5_000, 15_000];
  const loads = { vendure: [] as Load[], breakwater: [] as Load[] };
  for (const concurrency of CONCURRENCIES) {
    const warmUp = { concurrency, durationMs: warmUpMs };
    const run = (system: System) => runLoad(system, { concurrency, durationMs, name: 'run' });
    loads.vendure.push(await measureOn(startVendure, warmUp, run));
    loads.breakwater.push(await measureOn(startBreakwater, warmUp, run));
  }
  const runRaces = async (system: System) => {
    const races: Race[] = [];
    for (const sku of RACE_SKUS) races.push(await runRace(system, sku));
    return races;
  };
  const warmUp = { concurrency: BUYERS, durationMs: warmUpMs };
  return {
    vendure: { loads: loads.vendure, races: await measureOn(startVendure, warmUp, runRaces) },
    breakwater: { loads: loads.breakwater, races: await measureOn(startBreakwater, warmUp, runRaces) },
  };
};
