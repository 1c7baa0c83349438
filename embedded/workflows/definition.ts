import type { FunctionId, WorkflowId } from '#shared/manifest';
import { isPath } from './paths.ts';

type Flow = { readonly InputPath?: string | null; readonly OutputPath?: string | null };
type Onward = { readonly Next?: string; readonly End?: true };
export type Retrier = {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxAttempts?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
};
export type Catcher = {
  readonly ErrorEquals: readonly string[];
  readonly ResultPath?: string | null;
  readonly Next: string;
};
export type Task = Flow &
  Onward & {
    readonly Type: 'Task';
    readonly Resource: string;
    readonly Parameters?: Readonly<Record<string, unknown>>;
    readonly ResultSelector?: unknown;
    readonly ResultPath?: string | null;
    readonly TimeoutSeconds?: number;
    readonly Retry?: readonly Retrier[];
    readonly Catch?: readonly Catcher[];
  };
export type Pass = Flow &
  Onward & {
    readonly Type: 'Pass';
    readonly Parameters?: unknown;
    readonly Result?: unknown;
    readonly ResultPath?: string | null;
  };
export type Succeed = Flow & { readonly Type: 'Succeed' };
export type Fail = { readonly Type: 'Fail'; readonly Error?: string; readonly Cause?: string };
export type State = Task | Pass | Succeed | Fail;

export type Definition = {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
  readonly TimeoutSeconds?: number;
};

export const LAMBDA_INVOKE = 'arn:aws:states:::lambda:invoke';

const FLOW = ['Type', 'Comment', 'InputPath', 'OutputPath'];
/** What the interpreter knows of each state. Anything else is refused before the host starts, not ignored as it runs. */
const FIELDS: Readonly<Record<State['Type'], readonly string[]>> = {
  Task: [
    ...FLOW,
    ...['Resource', 'Parameters', 'ResultSelector', 'ResultPath', 'TimeoutSeconds', 'Retry', 'Catch', 'Next', 'End'],
  ],
  Pass: [...FLOW, 'Parameters', 'Result', 'ResultPath', 'Next', 'End'],
  Succeed: FLOW,
  Fail: ['Type', 'Comment', 'Error', 'Cause'],
};
const RETRIER = ['ErrorEquals', 'IntervalSeconds', 'BackoffRate', 'MaxAttempts', 'MaxDelaySeconds', 'JitterStrategy'];
const CATCHER = ['ErrorEquals', 'ResultPath', 'Next'];

/** Reads an ASL definition and puts the functions' ARNs in, or throws and says what in it the host does not support. */
export const parseDefinition = (
  id: WorkflowId,
  text: string,
  arnOf: (fn: FunctionId) => string | undefined,
): Definition => {
  const refuse = (what: string): never => {
    throw new Error(`workflow ${id}: ${what}`);
  };
  const substituted = text.replaceAll(
    /\$\{([^}]+)\}/g,
    (_, fn: string) => arnOf(fn) ?? refuse(`there is no task ${fn}`),
  );
  const definition = JSON.parse(substituted) as Definition;

  const known = (where: string, value: object, fields: readonly string[]) => {
    for (const name of Object.keys(value))
      if (!fields.includes(name)) refuse(`not supported by the embedded host: ${name} of ${where}`);
  };
  const target = (where: string, next: string | undefined) => {
    if (!next || !Object.hasOwn(definition.States, next)) refuse(`${where} leads to ${next}, which does not exist`);
  };
  const path = (where: string, value: unknown) => {
    if (value !== null && value !== undefined && !(typeof value === 'string' && isPath(value)))
      refuse(`not supported by the embedded host: the path ${JSON.stringify(value)} of ${where}`);
  };
  const template = (where: string, value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      if (name.endsWith('.$')) path(where, inner);
      else template(where, inner);
    }
  };
  const task = (where: string, state: Task) => {
    if (state.Resource !== LAMBDA_INVOKE && !state.Resource?.startsWith('arn:aws:lambda:'))
      refuse(`not supported by the embedded host: the resource ${state.Resource} of ${where}`);
    template(where, state.ResultSelector);
    for (const retrier of state.Retry ?? []) known(`a Retry of ${where}`, retrier, RETRIER);
    for (const catcher of state.Catch ?? []) {
      known(`a Catch of ${where}`, catcher, CATCHER);
      path(where, catcher.ResultPath);
      target(where, catcher.Next);
    }
  };

  known('the definition', definition, ['Comment', 'Version', 'StartAt', 'States', 'TimeoutSeconds']);
  target('StartAt', definition.StartAt);
  for (const [name, state] of Object.entries(definition.States)) {
    if (!Object.hasOwn(FIELDS, state.Type)) refuse(`not supported by the embedded host: ${state.Type}, state ${name}`);
    known(name, state, FIELDS[state.Type]);
    if (state.Type === 'Fail') continue;
    path(name, state.InputPath);
    path(name, state.OutputPath);
    if (state.Type === 'Succeed') continue;
    path(name, state.ResultPath);
    template(name, state.Parameters);
    if (!state.End) target(name, state.Next);
    if (state.Type === 'Task') task(name, state);
  }
  return definition;
};
