import './runtime.ts';
import type { Cell } from './cells.ts';
import type { IncidentResult } from './incidents/incident.ts';
import { type IncidentJob, playIncident } from './incidents/play.ts';
import { type CellResult, playCell } from './matrix.ts';
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

type Job = RunJob | ScenarioCase | IncidentJob | Cell;
type JobResult = RunResult | ScenarioResult | IncidentResult | CellResult;

const play = (job: Job): Promise<JobResult> => {
  if ('scenario' in job) return playScenario(job);
  if ('incident' in job) return playIncident(job);
  return 'functions' in job ? playCell(job) : playRun(job);
};

const handleJob = async (job: Job): Promise<JobResult | { readonly error: string }> => {
  try {
    return await play(job);
  } catch (error) {
    return { error: (error as Error).stack ?? String(error) };
  }
};

process.on('message', (job: Job) => void handleJob(job).then((result) => process.send?.(result)));
process.on('disconnect', () => process.exit());
