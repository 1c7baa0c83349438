import './realm.ts';
import type { Plan } from './plan.ts';
import { walk } from './saga-steps.ts';
import { shrinkFaults, shrinkNight } from './shrink.ts';
import { type Outcome, type Simulation, simulate } from './simulate.ts';
import type { Walk, Walked } from './ways.ts';

/** What is left out of a night that breaks, while what is left still breaks it. */
export type Shrinks = 'nothing' | 'faults' | 'faults and plan';
export type Night = Simulation & { readonly shrinks: Shrinks };
/** The night as it was shrunk, and its plan where that was shrunk too. */
export type Simulated = { readonly outcome: Outcome; readonly plan?: Plan };

const night = async ({ shrinks, ...simulation }: Night): Promise<Simulated> => {
  const outcome = await simulate(simulation);
  if (!outcome.violation || shrinks === 'nothing') return { outcome };
  if (shrinks === 'faults and plan') return await shrinkNight(simulation, outcome);
  return { outcome: await shrinkFaults(simulation, outcome, 'only') };
};

const answer = async (job: Night | Walk): Promise<Simulated | Walked | { readonly error: string }> => {
  try {
    return await ('way' in job ? walk(job) : night(job));
  } catch (error) {
    return { error: (error as Error).stack ?? String(error) };
  }
};

process.on('message', (job: Night | Walk) => void answer(job).then((done) => process.send?.(done)));
process.on('disconnect', () => process.exit());
