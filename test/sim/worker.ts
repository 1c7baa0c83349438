import './realm.ts';
import type { Fault } from './faults.ts';
import { shrink } from './shrink.ts';
import { type Outcome, type Simulation, simulate } from './simulate.ts';

/** A seed to simulate, and whether to look for the fewest faults that still break it if it is broken. */
export type Job = Simulation & { readonly shrinks?: boolean };
export type Done =
  | { readonly outcome: Outcome; readonly fewest?: readonly Fault[] }
  | { readonly seed: number; readonly error: string };

const run = async ({ shrinks, ...simulation }: Job): Promise<Done> => {
  try {
    const outcome = await simulate(simulation);
    return outcome.violation && shrinks ? await shrink(simulation, outcome) : { outcome };
  } catch (error) {
    return { seed: simulation.seed, error: (error as Error).stack ?? String(error) };
  }
};

process.on('message', (job: Job) => void run(job).then((done) => process.send?.(done)));
process.on('disconnect', () => process.exit());
