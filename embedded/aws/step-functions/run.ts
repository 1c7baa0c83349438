import type { InFlight } from '../in-flight.ts';
import type { Clock } from '../service.ts';
import type { Execution, Outcome } from './executions.ts';
import { StateFailure } from './failure.ts';
import { type InvokeByArn, interpret } from './interpreter.ts';

export type StepFunctionsOptions = {
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
  readonly invoke: InvokeByArn;
  readonly inFlight: InFlight;
};

const toContextObject = ({ arn, name, machine, input, startedAtMs }: Execution) => ({
  Execution: { Id: arn, Name: name, Input: JSON.parse(input), StartTime: new Date(startedAtMs).toISOString() },
  StateMachine: { Id: machine.arn, Name: machine.name },
});

const toFailedOutcome = (error: unknown): Outcome => {
  if (error instanceof StateFailure) return { status: 'FAILED', error: error.error, cause: error.cause };
  // a defect of the emulator: the execution shows its text
  return { status: 'FAILED', error: 'States.Runtime', cause: String(error) };
};

/** Starts an execution and updates its record as it proceeds. */
export const startExecution = (
  execution: Execution,
  { clock, random, invoke, inFlight }: StepFunctionsOptions,
  onEnd: () => void,
): void => {
  const { machine } = execution;
  const { TimeoutSeconds } = machine.parsed;
  const end = (outcome: Outcome) => {
    if (execution.status !== 'RUNNING') return;
    const ended: Partial<Execution> = { ...outcome, stoppedAtMs: clock.now(), end: undefined };
    Object.assign(execution, ended);
    cancelTimeout?.();
    onEnd();
    inFlight.end();
  };
  const cancelTimeout =
    TimeoutSeconds === undefined
      ? undefined
      : clock.setTimer(TimeoutSeconds * 1_000, () => end({ status: 'TIMED_OUT' }));
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
    onFailure: () => {
      execution.failures += 1;
    },
  };
  const data = { input: JSON.parse(execution.input), context: toContextObject(execution) };
  interpret(machine.parsed, data, hooks).then(
    (output) => end({ status: 'SUCCEEDED', output: JSON.stringify(output) }),
    (error) => end(toFailedOutcome(error)),
  );
};
