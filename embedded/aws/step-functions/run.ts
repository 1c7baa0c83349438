import type { InFlight } from '../in-flight.ts';
import type { Clock } from '../service.ts';
import type { Execution, Outcome } from './executions.ts';
import { StateFailure } from './failure.ts';
import { type InvokeByArn, interpret } from './interpreter.ts';
import type { Machine } from './machine.ts';

export type StepFunctionsOptions = {
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
  readonly invoke: InvokeByArn;
  readonly inFlight: InFlight;
};

const toContextObject = ({ arn, name, input, startedAt }: Execution, machine: Machine) => ({
  Execution: { Id: arn, Name: name, Input: JSON.parse(input), StartTime: new Date(startedAt).toISOString() },
  StateMachine: { Id: machine.arn, Name: machine.name },
});

const toFailedOutcome = (error: unknown): Outcome => {
  if (error instanceof StateFailure) return { status: 'FAILED', error: error.error, cause: error.cause };
  // a defect of the emulator: the execution shows its text
  return { status: 'FAILED', error: 'States.Runtime', cause: String(error) };
};

/** Starts an execution and updates its record as it proceeds. */
export const startExecution = (
  machine: Machine,
  execution: Execution,
  options: StepFunctionsOptions,
  onEnd: () => void,
): void => {
  const { clock, random, invoke, inFlight } = options;
  const { TimeoutSeconds } = machine.parsed;
  const end = (outcome: Outcome) => {
    if (execution.status !== 'RUNNING') return;
    Object.assign(execution, outcome, { stoppedAt: clock.now(), end: undefined });
    cancelTimeout?.();
    onEnd();
    inFlight.end();
  };
  const cancelTimeout =
    TimeoutSeconds === undefined ? undefined : clock.after(TimeoutSeconds * 1_000, () => end({ status: 'TIMED_OUT' }));
  execution.end = end;
  inFlight.begin();
  const hooks = {
    clock,
    random,
    invoke,
    isRunning: () => execution.status === 'RUNNING',
    onStateEntered: () => {
      execution.transitions += 1;
    },
    onRetry: () => {
      execution.retries += 1;
    },
  };
  interpret(machine.parsed, JSON.parse(execution.input), toContextObject(execution, machine), hooks).then(
    (output) => end({ status: 'SUCCEEDED', output: JSON.stringify(output) }),
    (error) => end(toFailedOutcome(error)),
  );
};
