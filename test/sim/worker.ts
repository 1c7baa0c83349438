import './runtime.ts';
import type { Plan } from './plan.ts';
import { playScenario } from './saga-steps.ts';
import type { ScenarioCase, ScenarioResult } from './scenarios.ts';
import { shrinkFaults, shrinkRun } from './shrink.ts';
import { type Outcome, type Simulation, simulate } from './simulate.ts';

/** What is reduced in a run that violates an invariant. */
export type ShrinkMode = 'nothing' | 'faults' | 'faults and plan';
export type RunJob = Simulation & { readonly shrink: ShrinkMode };
/** The run after shrinking, with its plan if that was shrunk too. */
export type RunResult = { readonly outcome: Outcome; readonly plan?: Plan };

const playRun = async ({ shrink, ...simulation }: RunJob): Promise<RunResult> => {
  const outcome = await simulate(simulation);
  if (!outcome.violation || shrink === 'nothing') return { outcome };
  if (shrink === 'faults and plan') return await shrinkRun(simulation, outcome);
  return { outcome: await shrinkFaults(simulation, outcome, 'only') };
};

const handleJob = async (
  job: RunJob | ScenarioCase,
): Promise<RunResult | ScenarioResult | { readonly error: string }> => {
  try {
    return await ('scenario' in job ? playScenario(job) : playRun(job));
  } catch (error) {
    return { error: (error as Error).stack ?? String(error) };
  }
};

process.on('message', (job: RunJob | ScenarioCase) => void handleJob(job).then((result) => process.send?.(result)));
process.on('disconnect', () => process.exit());
