import { isReferencePath } from './reference-paths.ts';

type DataFlow = { readonly InputPath?: string | null; readonly OutputPath?: string | null };
type Transition = { readonly Next?: string; readonly End?: true };
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
export type Task = DataFlow &
  Transition & {
    readonly Type: 'Task';
    readonly Resource: string;
    readonly Parameters?: Readonly<Record<string, unknown>>;
    readonly ResultSelector?: unknown;
    readonly ResultPath?: string | null;
    readonly TimeoutSeconds?: number;
    readonly Retry?: readonly Retrier[];
    readonly Catch?: readonly Catcher[];
  };
export type Pass = DataFlow &
  Transition & {
    readonly Type: 'Pass';
    readonly Parameters?: unknown;
    readonly Result?: unknown;
    readonly ResultPath?: string | null;
  };
export type Succeed = DataFlow & { readonly Type: 'Succeed' };
export type Fail = { readonly Type: 'Fail'; readonly Error?: string; readonly Cause?: string };
export type State = Task | Pass | Succeed | Fail;

export type Definition = {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
  readonly TimeoutSeconds?: number;
};

const PARTITION = 'aws';
export const LAMBDA_INVOKE = `arn:${PARTITION}:states:::lambda:invoke`;

const FLOW = ['Type', 'Comment', 'InputPath', 'OutputPath'];
/** The fields that the interpreter supports. Parsing rejects any other, so that no field is ignored at run time. */
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

/** Parses an ASL definition and replaces `${name}` by the ARN of that function, and `${partition}`. Throws if the interpreter does not support it. */
export const parseDefinition = (
  name: string,
  text: string,
  findArn: (functionName: string) => string | undefined,
): Definition => {
  const reject = (reason: string): never => {
    throw new Error(`workflow ${name}: ${reason}`);
  };
  const substituted = text.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) =>
    name === 'partition' ? PARTITION : (findArn(name) ?? reject(`there is no function ${name}`)),
  );
  const definition = JSON.parse(substituted) as Definition;

  const checkFields = (where: string, value: object, fields: readonly string[]) => {
    for (const name of Object.keys(value)) if (!fields.includes(name)) reject(`not supported: ${name} of ${where}`);
  };
  const checkTarget = (where: string, next: string | undefined) => {
    if (!next || !Object.hasOwn(definition.States, next)) reject(`${where} leads to ${next}, which does not exist`);
  };
  const checkPath = (where: string, value: unknown) => {
    if (value !== null && value !== undefined && !(typeof value === 'string' && isReferencePath(value)))
      reject(`not supported: the path ${JSON.stringify(value)} of ${where}`);
  };
  const checkTemplate = (where: string, value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      if (name.endsWith('.$')) checkPath(where, inner);
      else checkTemplate(where, inner);
    }
  };
  const checkTask = (where: string, state: Task) => {
    if (state.Resource !== LAMBDA_INVOKE && !state.Resource?.startsWith('arn:aws:lambda:'))
      reject(`not supported: the resource ${state.Resource} of ${where}`);
    checkTemplate(where, state.ResultSelector);
    for (const retrier of state.Retry ?? []) checkFields(`a Retry of ${where}`, retrier, RETRIER);
    for (const catcher of state.Catch ?? []) {
      checkFields(`a Catch of ${where}`, catcher, CATCHER);
      checkPath(where, catcher.ResultPath);
      checkTarget(where, catcher.Next);
    }
  };

  checkFields('the definition', definition, ['Comment', 'Version', 'StartAt', 'States', 'TimeoutSeconds']);
  checkTarget('StartAt', definition.StartAt);
  for (const [stateName, state] of Object.entries(definition.States)) {
    if (!Object.hasOwn(FIELDS, state.Type)) reject(`not supported: ${state.Type}, state ${stateName}`);
    checkFields(stateName, state, FIELDS[state.Type]);
    if (state.Type === 'Fail') continue;
    checkPath(stateName, state.InputPath);
    checkPath(stateName, state.OutputPath);
    if (state.Type === 'Succeed') continue;
    checkPath(stateName, state.ResultPath);
    checkTemplate(stateName, state.Parameters);
    if (!state.End) checkTarget(stateName, state.Next);
    if (state.Type === 'Task') checkTask(stateName, state);
  }
  return definition;
};
