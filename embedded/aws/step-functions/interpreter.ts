import { sleep } from '../clock.ts';
import { FunctionError } from '../lambda/function-error.ts';
import type { Clock } from '../service.ts';
import { type Definition, LAMBDA_INVOKE, type Pass, type State, type Task } from './definition.ts';
import { matchesError, StateFailure } from './failure.ts';
import { applyResultPath, fillTemplate, resolvePath } from './reference-paths.ts';
import { createRetryPolicy } from './retries.ts';

/** Invokes a function. `onStarted` is called once the function has an environment and starts. */
export type InvokeByArn = (arn: string, payload: unknown, onStarted: () => void) => Promise<unknown>;

/** The dependencies of an execution, and the callbacks that report its progress. */
export type ExecutionHooks = {
  readonly invoke: InvokeByArn;
  readonly clock: Clock;
  readonly random: () => number;
  /** False once the execution was stopped or has timed out. It then enters no further state. */
  readonly isRunning: () => boolean;
  readonly onStateEntered: (state: string) => void;
  readonly onRetry: (state: string) => void;
  /** After each attempt that failed, also one that is retried or caught. */
  readonly onFailure: (state: string) => void;
};

type ContextObject = Readonly<Record<string, unknown>>;
type ExecutionData = { readonly input: unknown; readonly context: ContextObject };
type Step = { readonly data: unknown; readonly next: string | undefined };

const selectData = (path: string | null | undefined, input: unknown, context: ContextObject) =>
  path === null ? {} : resolvePath(path ?? '$', { input, context }, 'States.Runtime');

const toStateFailure = (error: unknown): StateFailure => {
  if (error instanceof StateFailure) return error;
  if (!(error instanceof FunctionError)) throw error;
  const { errorType, message: errorMessage, trace } = error;
  return new StateFailure(errorType, JSON.stringify({ errorType, errorMessage, trace }));
};

/** Fails with States.Timeout if the task takes longer than `seconds`, counted from its call of `onStarted`. */
const withTimeout = <T>(
  clock: Clock,
  seconds: number | undefined,
  task: (onStarted: () => void) => Promise<T>,
): Promise<T> =>
  new Promise((resolve, reject) => {
    let cancelTimeout = () => {};
    const onStarted = () => {
      if (seconds === undefined) return;
      cancelTimeout = clock.setTimer(seconds * 1_000, () => reject(new StateFailure('States.Timeout', '')));
    };
    task(onStarted)
      .then(resolve, reject)
      .finally(() => cancelTimeout());
  });

/** Runs one execution to its end: returns its output, or throws the StateFailure that ended it. */
export const interpret = async (
  { StartAt, States }: Definition,
  { input, context }: ExecutionData,
  hooks: ExecutionHooks,
): Promise<unknown> => {
  const { clock, random, isRunning, onStateEntered, onRetry, onFailure, invoke } = hooks;

  const invokeTask = async (task: Task, payload: unknown, onStarted: () => void): Promise<unknown> => {
    if (task.Resource !== LAMBDA_INVOKE) return invoke(task.Resource, payload, onStarted);
    const { FunctionName, Payload = {} } = payload as { readonly FunctionName: string; readonly Payload?: unknown };
    return { ExecutedVersion: '$LATEST', StatusCode: 200, Payload: await invoke(FunctionName, Payload, onStarted) };
  };

  const computeResult = async (state: Task | Pass, data: unknown, contextObject: ContextObject): Promise<unknown> => {
    const selected = selectData(state.InputPath, data, contextObject);
    const payload =
      state.Parameters === undefined
        ? selected
        : fillTemplate(state.Parameters, { input: selected, context: contextObject });
    if (state.Type === 'Pass') return applyResultPath(state.ResultPath, selected, state.Result ?? payload);
    const raw = await withTimeout(clock, state.TimeoutSeconds, (onStarted) => invokeTask(state, payload, onStarted));
    const result =
      state.ResultSelector === undefined
        ? raw
        : fillTemplate(state.ResultSelector, { input: raw, context: contextObject });
    return applyResultPath(state.ResultPath, selected, result);
  };

  const attemptState = async (state: State, data: unknown, contextObject: ContextObject): Promise<Step> => {
    if (state.Type === 'Fail') throw new StateFailure(state.Error ?? '', state.Cause ?? '');
    const result =
      state.Type === 'Succeed'
        ? selectData(state.InputPath, data, contextObject)
        : await computeResult(state, data, contextObject);
    const next = state.Type === 'Succeed' ? undefined : state.Next;
    return { data: selectData(state.OutputPath, result, contextObject), next };
  };

  const runState = async (name: string, state: State, data: unknown): Promise<Step> => {
    const { Retry, Catch } = state.Type === 'Task' ? state : ({} as Partial<Task>);
    const nextDelayMs = createRetryPolicy(Retry, random);
    const enteredAt = new Date(clock.now()).toISOString();
    for (let retries = 0; ; retries += 1) {
      try {
        const contextObject = { ...context, State: { Name: name, EnteredTime: enteredAt, RetryCount: retries } };
        return await attemptState(state, data, contextObject);
      } catch (error) {
        const failure = toStateFailure(error);
        onFailure(name);
        const delayMs = nextDelayMs(failure.error);
        if (delayMs === undefined) {
          const catcher = Catch?.find(({ ErrorEquals }) => matchesError(ErrorEquals, failure.error));
          if (!catcher) throw failure;
          const output = { Error: failure.error, Cause: failure.cause };
          return { data: applyResultPath(catcher.ResultPath, data, output), next: catcher.Next };
        }
        onRetry(name);
        await sleep(clock, delayMs);
        if (!isRunning()) throw failure;
      }
    }
  };

  let step: Step = { data: input, next: StartAt };
  while (step.next !== undefined && isRunning()) {
    const state = States[step.next];
    if (!state) throw new StateFailure('States.Runtime', `There is no state ${step.next}.`);
    onStateEntered(step.next);
    step = await runState(step.next, state, step.data);
  }
  return step.data;
};
