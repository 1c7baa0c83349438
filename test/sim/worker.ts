import './realm.ts';
import type { Fault } from './faults.ts';
import { walk } from './saga-steps.ts';
import { shrink } from './shrink.ts';
import { type Outcome, type Simulation, simulate } from './simulate.ts';
import type { Walk, Walked } from './ways.ts';

/** A seed to simulate, and whether to look for the fewest faults that still break it if it is broken. */
export type Night = Simulation & { readonly shrinks?: boolean };
export type Simulated = { readonly outcome: Outcome; readonly fewest?: readonly Fault[] };

const night = async ({ shrinks, ...simulation }: Night): Promise<Simulated> => {
  const outcome = await simulate(simulation);
  return outcome.violation && shrinks ? await shrink(simulation, outcome) : { outcome };
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
