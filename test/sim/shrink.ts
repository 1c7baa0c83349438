import { ddmin } from './ddmin.ts';
import { type Plan, planOf } from './plan.ts';
import { type Outcome, type Simulation, simulate } from './simulate.ts';

/** The limit of simulations in each round of shrinking. */
const MAX_TRIES = 200;

/**
 * Simulates the run with changes. Returns undefined if it does not violate the same invariant as the original, or after too many
 * tries.
 */
const createRetry = (simulation: Simulation, original: Outcome) => {
  let tries = 0;
  return async (change: Partial<Simulation>): Promise<Outcome | undefined> => {
    if (tries >= MAX_TRIES) return undefined;
    tries += 1;
    const outcome = await simulate({ ...simulation, ...change });
    return outcome.violation?.invariant === original.violation?.invariant ? outcome : undefined;
  };
};

/**
 * Reduces the faults of the run to a minimum that violates the same invariant. `as` says how the faults are named: `only` selects among
 * the seed's faults, `faults` stores them. The two count differently, so the result must be replayed in the same way.
 */
export const shrinkFaults = async (
  simulation: Simulation,
  original: Outcome,
  as: 'only' | 'faults',
): Promise<Outcome> => {
  const retry = createRetry(simulation, original);
  let outcome = original;
  await ddmin(original.struck, async (faults) => {
    const retried = await retry({ [as]: faults });
    outcome = retried ?? outcome;
    // a fault that did not strike before the violation has no effect
    return retried?.struck;
  });
  return outcome;
};

/** Reduces purchases, follow-ups and chores to a minimum that violates the same invariant under the same faults. */
const shrinkPlan = async (simulation: Simulation, fullPlan: Plan, original: Outcome) => {
  const retry = createRetry({ ...simulation, faults: original.struck }, original);
  let [outcome, plan] = [original, fullPlan];
  const partsOf = ({ purchases, chores, keyChores = [], reads = [] }: Plan): readonly object[] => [
    ...purchases.flatMap((purchase) => [purchase, ...purchase.afterwards]),
    ...chores,
    ...keyChores,
    ...reads,
  ];
  await ddmin(partsOf(fullPlan), async (parts) => {
    const kept = new Set(parts);
    const purchases = fullPlan.purchases.filter((purchase) => kept.has(purchase));
    const reducedPlan: Plan = {
      ...fullPlan,
      purchases: purchases.map((purchase) => ({
        ...purchase,
        afterwards: purchase.afterwards.filter((followUp) => kept.has(followUp)),
      })),
      chores: fullPlan.chores.filter((chore) => kept.has(chore)),
      keyChores: fullPlan.keyChores?.filter((chore) => kept.has(chore)),
      reads: fullPlan.reads?.filter((read) => kept.has(read)),
    };
    const retried = await retry({ plan: reducedPlan });
    if (!retried) return undefined;
    [outcome, plan] = [retried, reducedPlan];
    // the follow-ups of a removed purchase are removed with it
    const remaining = new Set(partsOf({ ...fullPlan, purchases }));
    return parts.filter((part) => remaining.has(part));
  });
  return { outcome, plan };
};

/** Reduces the stored faults and the plan of the run to a minimum that violates the same invariant. */
export const shrinkRun = async (simulation: Simulation, original: Outcome) => {
  const fullPlan = simulation.plan ?? planOf(simulation.seed, simulation.orders);
  const fewerFaults = await shrinkFaults(simulation, original, 'faults');
  const { outcome, plan } = await shrinkPlan(simulation, fullPlan, fewerFaults);
  return { outcome: await shrinkFaults({ ...simulation, plan }, outcome, 'faults'), plan };
};
