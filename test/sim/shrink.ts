import { ddmin } from './ddmin.ts';
import type { Bounds } from './faults.ts';
import { type Plan, planOf } from './plan.ts';
import { type Outcome, type Simulation, simulate } from './simulate.ts';

/** Of each round; bounded, for each try is a simulation. */
const MOST_TRIES = 200;

/** Plays the night with these changes; undefined where it does not break the same invariant, or was tried too often. */
const trying = (simulation: Simulation, broken: Outcome) => {
  let tries = 0;
  return async (change: Partial<Simulation>): Promise<Outcome | undefined> => {
    if (tries >= MOST_TRIES) return undefined;
    tries += 1;
    const tried = await simulate({ ...simulation, ...change });
    return tried.violation?.invariant === broken.violation?.invariant ? tried : undefined;
  };
};

/**
 * The night with the fewest faults that still break the same invariant: `only` these of all that the seed brings, or as stored
 * `faults`. The two are counted differently, so that what is left can be played again only the same way.
 */
export const shrinkFaults = async (simulation: Simulation, broken: Outcome, as: keyof Bounds): Promise<Outcome> => {
  const played = trying(simulation, broken);
  let outcome = broken;
  await ddmin(broken.struck, async (faults) => {
    const tried = await played({ [as]: faults });
    outcome = tried ?? outcome;
    // what did not get its turn before it broke has no part in it
    return tried?.struck;
  });
  return outcome;
};

/** The night with the fewest purchases, afterthoughts and chores that still break the same invariant under the same faults. */
const shrinkPlan = async (simulation: Simulation, whole: Plan, broken: Outcome) => {
  const played = trying({ ...simulation, faults: broken.struck }, broken);
  let [outcome, plan] = [broken, whole];
  const partsOf = ({ purchases, chores }: Plan): readonly object[] => [
    ...purchases.flatMap((purchase) => [purchase, ...purchase.afterwards]),
    ...chores,
  ];
  await ddmin(partsOf(whole), async (parts) => {
    const kept = new Set(parts);
    const purchases = whole.purchases.filter((purchase) => kept.has(purchase));
    const less: Plan = {
      ...whole,
      purchases: purchases.map((one) => ({ ...one, afterwards: one.afterwards.filter((then) => kept.has(then)) })),
      chores: whole.chores.filter((chore) => kept.has(chore)),
    };
    const tried = await played({ plan: less });
    if (!tried) return undefined;
    [outcome, plan] = [tried, less];
    // what a customer does afterwards goes with the purchase
    const left = new Set(partsOf({ ...whole, purchases }));
    return parts.filter((part) => left.has(part));
  });
  return { outcome, plan };
};

/** The night with the fewest stored faults and the smallest plan that still break the same invariant. */
export const shrinkNight = async (simulation: Simulation, broken: Outcome) => {
  const whole = simulation.plan ?? planOf(simulation.seed, simulation.orders);
  const fewer = await shrinkFaults(simulation, broken, 'faults');
  const { outcome, plan } = await shrinkPlan(simulation, whole, fewer);
  return { outcome: await shrinkFaults({ ...simulation, plan }, outcome, 'faults'), plan };
};
