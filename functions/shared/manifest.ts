import type { Variable } from '#shared/runtime';

/** The names of the stages; what each of them means is in lib/stages.ts. */
export type StageName = 'localstack' | 'dev' | 'staging' | 'prod';

/** What a function may do to the table. A transaction needs the action of each of its parts. */
export type TableAction =
  | 'GetItem'
  | 'BatchGetItem'
  | 'Query'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'ConditionCheckItem';

/** Table actions on keys whose partition begins with `<context>#`. */
export type Grant = { readonly of: string; readonly may: readonly TableAction[] };

/**
 * Who may call a route. `public`: anyone. `tenant`: the bearer of a tenant's API key. `operator`: the bearer of the operator's
 * key. `provider`: the bearer of the payment provider's key.
 */
export type Scope = 'public' | 'tenant' | 'operator' | 'provider';
export type RouteSpec = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With `{name}` for a parameter. */
  readonly path: `/${string}`;
  readonly scope: Scope;
};

/** Secrets, named `breakwater/<stage>/<secret>`. */
export type Secret = 'operator-key' | 'provider-key' | 'provider-callback-key';

/** `OrderPlaced.v1`: the past tense and a version. */
export type EventType = `${string}.v${number}`;

/** `<context>-<function>` and the name of a workflow, unique in the project. */
export type FunctionId = string;
export type WorkflowId = string;
/** A queue that nothing consumes: what lies in it waits for a person. */
export type QueueId = string;

export type FunctionSpec = {
  /** Path of the module that exports `create(rt)` and `handler`, from the project's root. */
  readonly entry: string;
  /** Answers these routes, as an API Gateway proxy integration. */
  readonly routes?: readonly RouteSpec[];
  /** Is the authorizer in front of all routes that are not public. */
  readonly authorizes?: true;
  /** Takes these events from a queue of its own, with partial batch responses. */
  readonly consumes?: readonly EventType[];
  /** Takes the table's stream: INSERT and MODIFY records whose new image has `out.v`. */
  readonly streams?: true;
  /** Runs by the clock. */
  readonly everyMinutes?: number;
  /** Is a task of workflows, and invoked by them alone. */
  readonly task?: true;
  readonly grants: readonly Grant[];
  /** May publish to the event bus. */
  readonly publishes?: true;
  /** May start these workflows. */
  readonly starts?: readonly WorkflowId[];
  readonly secrets?: readonly Secret[];
  /** Puts into these queues, which are its own, what a person must look at. */
  readonly sends?: readonly QueueId[];
  /** Sends mail to customers, on stages that send any. */
  readonly sendsMail?: true;
  /** Calls the payment provider: gets its URL. */
  readonly callsProvider?: true;
  /** May describe the bus and every workflow, and finds them as those who use them do, but uses none. */
  readonly inspects?: true;
  /** Default 10. */
  readonly timeoutSeconds?: number;
  /** The most executions at a time that a queue may cause; 2 to 1,000. Default 50. */
  readonly concurrency?: number;
};

export type WorkflowSpec = {
  /** Path of the ASL definition, from the project's root. `${<context>-<function>}` in it stands for a function's ARN. */
  readonly definition: string;
};

/** One context as data: lib/ makes CloudFormation of it, embedded/ one process, tests their matrices, docs their tables. */
export type Manifest = {
  readonly context: string;
  /** A core context must work for an order to go on. */
  readonly core: boolean;
  readonly functions: Readonly<Record<string, FunctionSpec>>;
  readonly workflows?: Readonly<Record<WorkflowId, WorkflowSpec>>;
  /** Events that this context publishes, by writing them with its items. */
  readonly publishes?: readonly EventType[];
  /** An API and a URL of its own instead of routes in the product's API, and the stages that have it. */
  readonly standalone?: { readonly stages: readonly StageName[] };
};

/** The index of all lists, sparse: an item is in it while it has both of its keys. */
export const LIST_INDEX = 'list';
/** The index of what is due, sparse: `duePk`, `dueSk`. */
export const DUE_INDEX = 'due';

/** The table as every host has it: all keys are strings, its stream shows old and new images. */
export const TABLE = {
  partitionKey: 'pk',
  sortKey: 'sk',
  ttl: 'ttl',
  indexes: [
    { name: LIST_INDEX, partitionKey: 'listPk', sortKey: 'listSk', includes: ['held'] },
    { name: DUE_INDEX, partitionKey: 'duePk', sortKey: 'dueSk', includes: [] },
  ],
} as const;

export const functionId = (context: string, fn: string): FunctionId => `${context}-${fn}`;

/** Names by convention, so that no stack needs another's exports. */
export const names = (stage: StageName) => ({
  prefix: `breakwater-${stage}`,
  table: `breakwater-${stage}`,
  bus: `breakwater-${stage}`,
  /** The topic that hears of every alarm. */
  alarms: `breakwater-${stage}-alarms`,
  fn: (id: FunctionId) => `breakwater-${stage}-${id}`,
  queue: (id: FunctionId | QueueId) => `breakwater-${stage}-${id}`,
  deadLetters: (id: FunctionId) => `breakwater-${stage}-${id}-dead`,
  /** Events that the bus could not bring to the function's queue. */
  undelivered: (id: FunctionId) => `breakwater-${stage}-${id}-undelivered`,
  workflow: (id: WorkflowId) => `breakwater-${stage}-${id}`,
  secrets: `breakwater/${stage}`,
  secret: (secret: Secret) => `breakwater/${stage}/${secret}`,
  parameter: (name: 'stream-arn' | 'provider-url') => `/breakwater/${stage}/${name}`,
});

/** The environment variable in which a function finds the ARN of a workflow that it starts. */
export const workflowVariable = (id: WorkflowId) => `WORKFLOW_${id.toUpperCase().replaceAll('-', '_')}` as const;

/** The same for the URL of a queue that it sends to. */
export const queueVariable = (id: QueueId) => `QUEUE_${id.toUpperCase().replaceAll('-', '_')}` as const;

/** The environment variables that a function has. `workflows` are all that there are, for those that inspect them. */
export const variablesOf = (spec: FunctionSpec, workflows: readonly WorkflowId[]): readonly Variable[] => [
  'STAGE',
  'TABLE_NAME',
  'TIMES',
  ...(spec.publishes || spec.inspects ? (['BUS_NAME'] as const) : []),
  ...(spec.inspects ? workflows : (spec.starts ?? [])).map(workflowVariable),
  ...(spec.sends ?? []).map(queueVariable),
  ...(spec.secrets ? (['SECRET_PREFIX'] as const) : []),
  ...(spec.sendsMail ? (['MAIL'] as const) : []),
  ...(spec.callsProvider || spec.inspects ? (['PROVIDER_URL'] as const) : []),
];
