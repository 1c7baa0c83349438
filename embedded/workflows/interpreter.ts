import { sleep } from '../clock.ts';
import { FunctionError } from '../lambda/function-error.ts';
import type { Clock } from '../service.ts';
import { type Definition, LAMBDA_INVOKE, type Pass, type State, type Task } from './definition.ts';
import { matches, StateFailure } from './failure.ts';
import { at, fill, place } from './paths.ts';
import { retriesOf } from './retries.ts';

/** Calls `begun` as the function begins: until then it waits for an environment. */
export type InvokeByArn = (arn: string, payload: unknown, begun: () => void) => Promise<unknown>;

/** What an execution needs of the world, and what it tells about its way. */
export type Course = {
  readonly invoke: InvokeByArn;
  readonly clock: Clock;
  readonly random: () => number;
  /** False once the execution was stopped or timed out: it goes no further. */
  readonly running: () => boolean;
  readonly entered: (state: string) => void;
  readonly retried: (state: string) => void;
};

type Context = Readonly<Record<string, unknown>>;
type Step = { readonly data: unknown; readonly next: string | undefined };

const chosen = (path: string | null | undefined, input: unknown, context: Context) =>
  path === null ? {} : at(path ?? '$', { input, context }, 'States.Runtime');

const failureOf = (error: unknown): StateFailure => {
  if (error instanceof StateFailure) return error;
  if (!(error instanceof FunctionError)) throw error;
  const { errorType, message: errorMessage, trace } = error;
  return new StateFailure(errorType, JSON.stringify({ errorType, errorMessage, trace }));
};

/** Fails with States.Timeout once the work has gone on for too long since it began. */
const within = <T>(clock: Clock, seconds: number | undefined, work: (begun: () => void) => Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    let takeBack = () => {};
    const begun = () => {
      if (seconds === undefined) return;
      takeBack = clock.after(seconds * 1_000, () => reject(new StateFailure('States.Timeout', '')));
    };
    work(begun)
      .then(resolve, reject)
      .finally(() => takeBack());
  });

/** Runs one execution to its end: answers its output, or throws the StateFailure that ended it. */
export const interpret = async (
  { StartAt, States }: Definition,
  input: unknown,
  context: Context,
  course: Course,
): Promise<unknown> => {
  const { clock, random, running, entered, retried } = course;

  const call = async (task: Task, sent: unknown, begun: () => void): Promise<unknown> => {
    if (task.Resource !== LAMBDA_INVOKE) return course.invoke(task.Resource, sent, begun);
    const { FunctionName, Payload = {} } = sent as { readonly FunctionName: string; readonly Payload?: unknown };
    return { ExecutedVersion: '$LATEST', StatusCode: 200, Payload: await course.invoke(FunctionName, Payload, begun) };
  };

  const resultOf = async (state: Task | Pass, data: unknown, scope: Context): Promise<unknown> => {
    const taken = chosen(state.InputPath, data, scope);
    const sent = state.Parameters === undefined ? taken : fill(state.Parameters, { input: taken, context: scope });
    if (state.Type === 'Pass') return place(state.ResultPath, taken, state.Result ?? sent);
    const raw = await within(clock, state.TimeoutSeconds, (begun) => call(state, sent, begun));
    const result =
      state.ResultSelector === undefined ? raw : fill(state.ResultSelector, { input: raw, context: scope });
    return place(state.ResultPath, taken, result);
  };

  const perform = async (state: State, data: unknown, scope: Context): Promise<Step> => {
    if (state.Type === 'Fail') throw new StateFailure(state.Error ?? '', state.Cause ?? '');
    const done = state.Type === 'Succeed' ? chosen(state.InputPath, data, scope) : await resultOf(state, data, scope);
    const next = state.Type === 'Succeed' ? undefined : state.Next;
    return { data: chosen(state.OutputPath, done, scope), next };
  };

  const pass = async (name: string, state: State, data: unknown): Promise<Step> => {
    const { Retry, Catch } = state.Type === 'Task' ? state : ({} as Partial<Task>);
    const nextRetry = retriesOf(Retry, random);
    const enteredAt = new Date(clock.now()).toISOString();
    for (let count = 0; ; count += 1) {
      try {
        const scope = { ...context, State: { Name: name, EnteredTime: enteredAt, RetryCount: count } };
        return await perform(state, data, scope);
      } catch (thrown) {
        const failure = failureOf(thrown);
        const waitMs = nextRetry(failure.error);
        if (waitMs === undefined) {
          const catcher = Catch?.find(({ ErrorEquals }) => matches(ErrorEquals, failure.error));
          if (!catcher) throw failure;
          const told = { Error: failure.error, Cause: failure.cause };
          return { data: place(catcher.ResultPath, data, told), next: catcher.Next };
        }
        retried(name);
        await sleep(clock, waitMs);
        if (!running()) throw failure;
      }
    }
  };

  let step: Step = { data: input, next: StartAt };
  while (step.next !== undefined && running()) {
    const state = States[step.next];
    if (!state) throw new StateFailure('States.Runtime', `There is no state ${step.next}.`);
    entered(step.next);
    step = await pass(step.next, state, step.data);
  }
  return step.data;
};
