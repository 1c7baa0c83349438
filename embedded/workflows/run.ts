import type { Clock } from '../service.ts';
import type { Work } from '../work.ts';
import type { Execution, Outcome } from './executions.ts';
import { StateFailure } from './failure.ts';
import { type InvokeByArn, interpret } from './interpreter.ts';
import type { Machine } from './machine.ts';

export type Surroundings = {
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
  readonly invoke: InvokeByArn;
  readonly work: Work;
};

const contextOf = ({ arn, name, input, startedAt }: Execution, machine: Machine) => ({
  Execution: { Id: arn, Name: name, Input: JSON.parse(input), StartTime: new Date(startedAt).toISOString() },
  StateMachine: { Id: machine.arn, Name: machine.name },
});

const failed = (error: unknown): Outcome => {
  if (error instanceof StateFailure) return { status: 'FAILED', error: error.error, cause: error.cause };
  // a defect of the host, told where one looks for it
  return { status: 'FAILED', error: 'States.Runtime', cause: String(error) };
};

/** Starts an execution; its record tells how it stands. */
export const run = (machine: Machine, execution: Execution, world: Surroundings, ended: () => void): void => {
  const { clock, random, invoke, work } = world;
  const { TimeoutSeconds } = machine.parsed;
  const end = (outcome: Outcome) => {
    if (execution.status !== 'RUNNING') return;
    Object.assign(execution, outcome, { stoppedAt: clock.now(), end: undefined });
    takeBack?.();
    ended();
    work.end();
  };
  const takeBack =
    TimeoutSeconds === undefined ? undefined : clock.after(TimeoutSeconds * 1_000, () => end({ status: 'TIMED_OUT' }));
  execution.end = end;
  work.begin();
  const course = {
    clock,
    random,
    invoke,
    running: () => execution.status === 'RUNNING',
    entered: () => {
      execution.transitions += 1;
    },
    retried: () => {
      execution.retries += 1;
    },
  };
  interpret(machine.parsed, JSON.parse(execution.input), contextOf(execution, machine), course).then(
    (output) => end({ status: 'SUCCEEDED', output: JSON.stringify(output) }),
    (error) => end(failed(error)),
  );
};
