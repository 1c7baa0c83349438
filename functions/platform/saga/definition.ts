import type { SagaErrorDefinition } from '#platform/saga/saga-error';

/** A task that an execution runs: a Lambda function, with what follows its success and each of its refusals. */
export type TaskStep = {
  readonly kind: 'task';
  /** `<context>-<function>` */
  readonly function: string;
  /** The time-out of one attempt. Default 20 s. */
  readonly timeoutSeconds?: number;
  /** The next step; the execution succeeds without one. */
  readonly next?: string;
  /** The steps that follow a refusal, by saga error. A refusal is not retried unless `retried` says so. */
  readonly refusals: readonly Refusal[];
  /** Passes the refusal's name to the function as `error`, beside the saga's input; `with_cause`: also its error message, as `cause`. */
  readonly takesRefusal?: true | 'with_cause';
};

export type Refusal = {
  readonly error: SagaErrorDefinition;
  readonly next: string;
  /** Keeps the refusal's name for a step that takes it. */
  readonly keepsError?: true;
  /** Retried like a fault before it is taken as a refusal. */
  readonly retried?: true;
};

export type EndStep =
  | { readonly kind: 'succeed'; readonly comment: string }
  | { readonly kind: 'fail'; readonly error: string; readonly cause: string };

/** A saga: a Step Functions workflow whose input is an order's ids, from which `npm run docs` emits ASL. */
export type SagaDefinition = {
  readonly comment: string;
  /** The longest that an execution may take. */
  readonly timeoutSeconds: number;
  readonly startAt: string;
  /** The fields of the input. */
  readonly input: readonly string[];
  /** The step that follows a fault for which retries did not help. */
  readonly onFault: string;
  readonly steps: Readonly<Record<string, TaskStep | EndStep>>;
};

const TASK_TIMEOUT_SECONDS = 20;

/** The one retry policy of every task: five attempts with full jitter, at most 30 s apart. */
const RETRY = {
  ErrorEquals: ['States.ALL'],
  IntervalSeconds: 1,
  BackoffRate: 2,
  MaxDelaySeconds: 30,
  MaxAttempts: 4,
  JitterStrategy: 'FULL',
};

/**
 * Of an invocation that Lambda refuses because too many run, such as a charge beyond its bulkhead (ADR 90). Nothing has run, so it is
 * tried more often: for half a minute on average, and a minute at most, within the saga's time-out.
 */
const THROTTLE_RETRY = { ...RETRY, ErrorEquals: ['Lambda.TooManyRequestsException'], MaxAttempts: 6 };

const toTaskState = (
  { function: fn, timeoutSeconds, next, refusals, takesRefusal }: TaskStep,
  { input, onFault }: SagaDefinition,
) => ({
  Type: 'Task',
  Resource: 'arn:${partition}:states:::lambda:invoke',
  Parameters: {
    FunctionName: `\${${fn}}`,
    ...(takesRefusal
      ? {
          Payload: {
            ...Object.fromEntries(input.map((field) => [`${field}.$`, `$.${field}`])),
            'error.$': '$.refusal.Error',
            ...(takesRefusal === 'with_cause' && { 'cause.$': '$.refusal.Cause' }),
          },
        }
      : { 'Payload.$': '$' }),
  },
  ResultPath: null,
  TimeoutSeconds: timeoutSeconds ?? TASK_TIMEOUT_SECONDS,
  Retry: [
    { ErrorEquals: refusals.filter(({ retried }) => !retried).map(({ error }) => error.name), MaxAttempts: 0 },
    THROTTLE_RETRY,
    RETRY,
  ],
  Catch: [
    ...refusals.map(({ error, next, keepsError }) => ({
      ErrorEquals: [error.name],
      ...(keepsError && { ResultPath: '$.refusal' }),
      Next: next,
    })),
    { ErrorEquals: ['States.ALL'], Next: onFault },
  ],
  ...(next ? { Next: next } : { End: true }),
});

const toState = (step: TaskStep | EndStep, saga: SagaDefinition) => {
  if (step.kind === 'task') return toTaskState(step, saga);
  if (step.kind === 'succeed') return { Type: 'Succeed', Comment: step.comment };
  return { Type: 'Fail', Error: step.error, Cause: step.cause };
};

/** The saga in Amazon States Language. `${<context>-<function>}` stands for a function's ARN, `${partition}` for the part of AWS. */
export const toAsl = (saga: SagaDefinition) => ({
  Comment: saga.comment,
  StartAt: saga.startAt,
  TimeoutSeconds: saga.timeoutSeconds,
  States: Object.fromEntries(Object.entries(saga.steps).map(([name, step]) => [name, toState(step, saga)])),
});

/** The functions that a saga invokes, each once. */
export const tasksOf = ({ steps }: SagaDefinition): readonly string[] => [
  ...new Set(Object.values(steps).flatMap((step) => (step.kind === 'task' ? [step.function] : []))),
];
