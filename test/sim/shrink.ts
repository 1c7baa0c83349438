import type { Fault } from './faults.ts';
import { type Outcome, type Simulation, simulate } from './simulate.ts';

const MOST_TRIES = 200;

/**
 * The fewest faults that still break the same promise (Zeller's ddmin): halves, quarters and so on are left out while what is
 * left still breaks it. Bounded, for each try is a simulation.
 */
export const shrink = async (simulation: Simulation, broken: Outcome) => {
  let outcome = broken;
  let fewest: readonly Fault[] = broken.struck;
  let tries = 0;
  const breaks = async (only: readonly Fault[]): Promise<boolean> => {
    if (tries >= MOST_TRIES) return false;
    tries += 1;
    const tried = await simulate({ ...simulation, only });
    if (tried.violation?.invariant !== broken.violation?.invariant) return false;
    outcome = tried;
    // what did not get its turn before it broke has no part in it
    fewest = tried.struck;
    return true;
  };

  if (await breaks([])) return { outcome, fewest };
  for (let parts = 2, finest = false; fewest.length > 1 && !finest && tries < MOST_TRIES; ) {
    const size = Math.ceil(fewest.length / parts);
    const before = fewest;
    let less = false;
    for (let at = 0; at < before.length && !less; at += size)
      less = await breaks([...before.slice(0, at), ...before.slice(at + size)]);
    finest = !less && size === 1;
    parts = less ? Math.max(2, parts - 1) : Math.min(parts * 2, fewest.length);
  }
  return { outcome, fewest };
};
