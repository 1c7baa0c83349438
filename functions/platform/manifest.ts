import type { Problems } from '#platform/http/problems';
import type { RouteDefinition, Routes } from '#platform/http/route';
import type { Variable } from '#platform/runtime/runtime';
import type { SagaDefinition } from '#platform/saga/definition';
import type { SagaErrors } from '#platform/saga/saga-error';

/** The kinds of stages; `lib/stages.ts` defines each. */
export const STAGE_KINDS = ['localstack', 'dev', 'staging', 'prod'] as const;
export type StageKind = (typeof STAGE_KINDS)[number];

/**
 * What a stage's resources are named after: its kind, after a name where it has one, so that an account may have several of a kind. The
 * name comes first, because what a stage may use is `breakwater-dev-*` in places, and no other stage's names may begin so (ADR 96).
 */
export type StageName = StageKind | `${string}-${StageKind}`;

/** The name of a Lambda function has at most 64 characters, and the longest one leaves this many. */
const OWN_NAME = /^[a-z][a-z0-9]{0,9}$/;

const isStageKind = (value: string | undefined) => STAGE_KINDS.some((kind) => kind === value);

export const isStageName = (value: string): value is StageName => {
  const [kind, ownName, ...others] = value.split('-').reverse();
  if (!isStageKind(kind) || others.length > 0) return false;
  return ownName === undefined || (OWN_NAME.test(ownName) && !isStageKind(ownName));
};

/** `dev`, of `dev` and of `blue-dev`. */
export const stageKindOf = (name: StageName): StageKind => name.slice(name.lastIndexOf('-') + 1) as StageKind;

/** A setting of a stage that reserves concurrency. */
export type ConcurrencySetting = `${string}Concurrency`;
/** Whether it is a number of executions at a time, as of the command line: decimal digits, without a sign, an exponent or spaces. */
export const isConcurrency = (value: unknown): boolean => /^[1-9]\d{0,5}$/.test(String(value));
/** How many executions at a time a stage reserves out of the account's, by setting. */
export type ReservedConcurrency = Readonly<Partial<Record<ConcurrencySetting, number>>>;

/** What a function may do to the table. A transaction needs the action of each of its parts. */
export type TableAction =
  | 'GetItem'
  | 'BatchGetItem'
  | 'Query'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'ConditionCheckItem';

/** Table actions on keys whose partition key begins with `<of>#`. */
export type Grant = { readonly of: string; readonly may: readonly TableAction[] };

/** Event types are in the past tense and have a version. */
export type EventType = `${string}.v${number}`;

/** `<context>-<function>` and the name of a workflow, unique in the project. */
export type FunctionId = string;
export type WorkflowId = string;
/** A queue without a consumer: its messages wait for a person. */
export type QueueId = string;

/**
 * A function. Its entry point is the export of its name, in camel case, in `functions/<context>/<context>.lambda.ts`; its routes are
 * the group of its name in the context's contract.
 */
export type FunctionSpec = CommonSpec &
  (ScheduledSpec | { readonly everyMinutes?: undefined; readonly runbook?: undefined });

/** Of a function that runs on a schedule. */
type ScheduledSpec = {
  readonly everyMinutes: number;
  /** The page of `docs/runbooks/` for a run that failed. It says what a failed run of this function means. */
  readonly runbook: string;
};

type CommonSpec = {
  /** Is the authorizer in front of all routes that are not public. */
  readonly authorizes?: true;
  /** Consumes these events from a queue of its own, with partial batch responses. */
  readonly consumes?: readonly EventType[];
  /** Reads the table's stream: INSERT and MODIFY records whose new image has `out.v`. */
  readonly streams?: true;
  /** Is a task of sagas, which alone invoke it. */
  readonly task?: true;
  readonly grants: readonly Grant[];
  /**
   * Works for all tenants at once: the guard of the table lets it use the keys of each where no tenant is set (ADR 89). Any other
   * function may only use the keys of the tenant for which it is invoked.
   */
  readonly tenants?: 'all';
  /** May publish to the event bus. */
  readonly publishes?: true;
  /** May start these workflows. */
  readonly starts?: readonly WorkflowId[];
  readonly secrets?: readonly string[];
  /** Sends to these queues, which are its own, what a person must handle. */
  readonly sends?: readonly QueueId[];
  /** Sends the dead letters of every worker back after a deployment, and learns what became of canaries. One function does. */
  readonly redrives?: true;
  /** Sends mail to customers, on stages that send mail. */
  readonly sendsMail?: true;
  /** Calls the payment provider: gets its URL. */
  readonly callsProvider?: true;
  /** Its routes receive the payment provider's callbacks, which no web ACL bounds by address (ADR 52). */
  readonly receivesCallbacks?: true;
  /** May describe the bus and every workflow, for health checks. */
  readonly inspects?: true;
  /** Default 10. */
  readonly timeoutSeconds?: number;
  /**
   * The most executions at a time that a queue may cause, 5 to 1,000. Default 50. With fewer, no tenant has the 30 messages in flight
   * that make SQS prefer the others (ADR 90).
   */
  readonly concurrency?: number;
  /**
   * The setting of a stage that reserves concurrency for this function alone: it never takes that of other functions, and they never take
   * its own. It also limits the function (ADR 90).
   */
  readonly reservedBy?: ConcurrencySetting;
};

/** What an alarm tells the person on call: what is wrong, and the page of `docs/runbooks/` that says what to do. */
export type AlarmText = { readonly text: string; readonly runbook: string };

/** A part of the executions that a workflow starts within some hours, and the count below which a part says nothing. */
export type Share = {
  readonly ofWorkflow: WorkflowId;
  readonly percent: number;
  readonly minimum: number;
  readonly hours: number;
};

/** A count that functions report. With an alarm, the first one within five minutes raises it, or a count above a share. */
export type MetricDefinition = { readonly alarm?: AlarmText & { readonly share?: Share } };
export type Metrics = Readonly<Record<string, MetricDefinition>>;

/** What SES publishes about mails, by the detail type of its events. */
export type MailEvent = 'Email Bounced' | 'Email Complaint Received';

/** An event of SES on the account's default bus, and where the data of the event that it becomes is in it, as paths. */
export type ReceivedEvent = { readonly mailEvent: MailEvent; readonly data: Readonly<Record<string, string>> };

/** A secret of the stage, named `breakwater/<stage>/<name>`. It is random until somebody replaces its value. */
export type SecretDefinition = { readonly description: string };

/** One context as data. `lib/` turns it into CloudFormation, `embedded/` into one process, tests and docs into tables. */
export type Manifest = {
  readonly context: string;
  /** An order cannot complete without a core context. */
  readonly core: boolean;
  readonly functions: Readonly<Record<string, FunctionSpec>>;
  /** The routes of its contract, by the function that serves them. */
  readonly routes?: Routes;
  /** Events that this context publishes with its writes. */
  readonly publishes?: readonly EventType[];
  /** Events that this context receives from SES, by the type under which it consumes them. */
  readonly receives?: Readonly<Record<EventType, ReceivedEvent>>;
  readonly workflows?: Readonly<Record<WorkflowId, SagaDefinition>>;
  readonly problems?: Problems;
  readonly sagaErrors?: SagaErrors;
  readonly metrics?: Metrics;
  readonly secrets?: Readonly<Record<string, SecretDefinition>>;
  /** Has an API and a URL of its own instead of routes in the product's API, on these stages only. */
  readonly standalone?: { readonly stages: readonly StageKind[] };
};

export type NamedFunction = {
  readonly id: FunctionId;
  readonly context: string;
  /** Its key in the manifest. */
  readonly name: string;
  readonly spec: FunctionSpec;
  readonly routes: readonly RouteDefinition[];
};

/** The functions of these contexts. */
export const functionsOf = (...manifests: readonly Manifest[]): readonly NamedFunction[] =>
  manifests.flatMap(({ context, functions, routes = {} }) =>
    Object.entries(functions).map(([name, spec]) => ({
      ...{ id: functionId(context, name), context, name, spec },
      routes: Object.values(routes[name] ?? {}),
    })),
  );

/** The functions that consume events from queues. */
export const workersOf = (...manifests: readonly Manifest[]): readonly FunctionId[] =>
  functionsOf(...manifests).flatMap(({ id, spec }) => (spec.consumes ? [id] : []));

/** The functions for which a stage may reserve concurrency, each with its setting. */
export const reservationsOf = (
  ...manifests: readonly Manifest[]
): readonly { readonly id: FunctionId; readonly setting: ConcurrencySetting }[] =>
  functionsOf(...manifests).flatMap(({ id, spec: { reservedBy } }) =>
    reservedBy ? [{ id, setting: reservedBy }] : [],
  );

/** The secrets of these contexts, by name. */
export const secretNamesOf = (...manifests: readonly Manifest[]): readonly string[] =>
  manifests.flatMap(({ secrets = {} }) => Object.keys(secrets));

/** The contexts that a stage has. */
export const manifestsOn = (stage: StageKind, all: readonly Manifest[]): readonly Manifest[] =>
  all.filter(({ standalone }) => !standalone || standalone.stages.includes(stage));

/** Where a function's entry point is: the module, from the project's root, and its export. */
export const entryOf = ({ context, name }: Pick<NamedFunction, 'context' | 'name'>) => ({
  file: `functions/${context}/${context}.lambda.ts`,
  exportName: name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
});

/** The index of all lists. It is sparse: an item is in it while it has both keys. */
export const LIST_INDEX = 'list';
/** The index of what a schedule must look at: due orders, breakers, owed payments. It is sparse: `duePk`, `dueSk`. */
export const DUE_INDEX = 'due';

/** The table on every host. All keys are strings; its stream has old and new images. */
export const TABLE = {
  partitionKey: 'pk',
  sortKey: 'sk',
  ttl: 'ttl',
  indexes: [
    { name: LIST_INDEX, partitionKey: 'listPk', sortKey: 'listSk', includes: ['held'] },
    { name: DUE_INDEX, partitionKey: 'duePk', sortKey: 'dueSk', includes: [] },
  ],
} as const;

/** Partition keys of no tenant from which every function may read single items, if its grants allow it. */
export const SHARED_READ_KEYS = ['due#pause', 'due#open-orders'] as const;

export const functionId = (context: string, fn: string): FunctionId => `${context}-${fn}`;

/** Names by convention, so that no stack needs another's exports. */
export const names = (stage: StageName) => ({
  prefix: `breakwater-${stage}`,
  table: `breakwater-${stage}`,
  bus: `breakwater-${stage}`,
  /** The topic that every alarm notifies. */
  alarms: `breakwater-${stage}-alarms`,
  /** The configuration set of SES by which the stage's mail is sent. */
  mails: `breakwater-${stage}`,
  fn: (id: FunctionId) => `breakwater-${stage}-${id}`,
  queue: (id: FunctionId | QueueId) => `breakwater-${stage}-${id}`,
  /** To which workers report what became of canaries. */
  canaries: `breakwater-${stage}-operations-canaries`,
  /** What the names of all queues begin with. */
  queuePrefix: `breakwater-${stage}-`,
  deadLetters: (id: FunctionId) => `breakwater-${stage}-${id}-dead`,
  /** Events that the bus could not deliver to the function's queue. */
  ruleDeadLetters: (id: FunctionId) => `breakwater-${stage}-${id}-undelivered`,
  workflow: (id: WorkflowId) => `breakwater-${stage}-${id}`,
  secrets: `breakwater/${stage}`,
  secret: (secret: string) => `breakwater/${stage}/${secret}`,
  /** What does not follow from a name. `given-up-bucket`: of stream records that the relay could not publish in time (ADR 85). */
  parameter: (name: 'stream-arn' | 'provider-url' | 'given-up-bucket') => `/breakwater/${stage}/${name}`,
});

/** Where the rules of the bus find an event's message group: its tenant, so that each consumer's queue is fair to tenants (ADR 90). */
export const MESSAGE_GROUP_PATH = '$.detail.tenantId';

/** The tags by which an event of SES finds what its mail was about. A tag has only letters, digits, `_` and `-`, as our ids do. */
export const MAIL_TAGS = { tenant: 'tenant', aggregate: 'aggregate' } as const;
/** SES gives this tag to each mail of a configuration set. */
export const CONFIGURATION_SET_TAG = 'ses:configuration-set';

/** Where an event of SES has the value of a tag. */
export const mailTagPath = (tag: string): string => `$.detail.mail.tags.${tag}[0]`;

/**
 * The rule of the account's default bus by which an event of SES becomes one of ours (ADR 103): which events match, and what the consumer's
 * queue gets. A text that starts with `$.` is a path into the event of SES. The event itself, with the addresses and headers of the mail,
 * reaches no queue.
 */
export const mailRuleOf = (configurationSet: string, type: EventType, { mailEvent, data }: ReceivedEvent) => ({
  pattern: {
    source: ['aws.ses'],
    'detail-type': [mailEvent],
    detail: {
      mail: {
        tags: {
          [CONFIGURATION_SET_TAG]: [configurationSet],
          [MAIL_TAGS.tenant]: [{ exists: true as const }],
          [MAIL_TAGS.aggregate]: [{ exists: true as const }],
        },
      },
    },
  },
  messageGroupPath: mailTagPath(MAIL_TAGS.tenant),
  input: {
    'detail-type': type,
    detail: {
      ...{ id: '$.id', type, at: '$.time' },
      ...{ tenantId: mailTagPath(MAIL_TAGS.tenant), aggregateId: mailTagPath(MAIL_TAGS.aggregate) },
      // SES knows no version of the aggregate
      version: 0,
      data,
    },
  },
});

/** The events that the functions of these contexts may consume: those that a context publishes, or receives from SES. */
export const consumableOf = (...manifests: readonly Manifest[]): readonly EventType[] =>
  manifests.flatMap(({ publishes = [], receives = {} }) => [...publishes, ...(Object.keys(receives) as EventType[])]);

/** The events that these contexts receive from SES, by type. */
export const receivedOf = (...manifests: readonly Manifest[]): ReadonlyMap<EventType, ReceivedEvent> =>
  new Map(manifests.flatMap(({ receives = {} }) => Object.entries(receives) as [EventType, ReceivedEvent][]));

/**
 * After this many receives a worker's queue makes a message a dead letter, on every host. It is a backstop for functions that cannot run:
 * a worker that runs decides on each failed message itself (ADR 84). 1,000 receives take 33 hours at least.
 */
export const MAX_RECEIVES = 1_000;
const MIN_VISIBILITY_SECONDS = 120;

/** A stream keeps a record for 24 hours. Lambda gives up after 23, so it can still store the record in a bucket (ADR 85). */
export const MAX_RECORD_AGE_SECONDS = 23 * 3_600;

/** For how long a received message is hidden, where its worker does not say: this many time-outs of the function, and at least 120 s. */
export const visibilitySecondsOf = (timeoutSeconds: number, timeouts: number): number =>
  Math.max(MIN_VISIBILITY_SECONDS, timeoutSeconds * timeouts);

/** Lambda reserves concurrency only out of what leaves this many executions at a time to the functions without any of their own. */
export const MIN_UNRESERVED_CONCURRENCY = 100;

/** For this long API Gateway uses a response of the authorizer again, for the same token. */
export const AUTHORIZER_CACHE_SECONDS = 5;

/** A token bucket: how many requests a second it takes, and how many at once. */
export type Throttle = { readonly rate: number; readonly burst: number };

/** The requests of one tenant, on hosts whose stage does not set fewer (ADR 93). */
export const TENANT_THROTTLE: Throttle = { rate: 500, burst: 1_000 };

/** How many gateway keys tenants are hashed onto. One more is for callers without a tenant, such as the operator. */
export const GATEWAY_KEYS = 64;

/** The name of a gateway key, from 0 to `GATEWAY_KEYS`. */
export const gatewayKeyName = (stage: string, index: number): string =>
  `breakwater-${stage}-gateway-key-${String(index).padStart(2, '0')}`;

/**
 * The value of a gateway key. It is no secret, because clients cannot send it. AWS documents that it must be alphanumeric, have 20 characters at
 * least, and that no other key of the account and region may have it.
 */
export const gatewayKeyValue = (stage: string, index: number): string =>
  gatewayKeyName(stage, index).replaceAll('-', '');

/** The environment variable in which a function finds the ARN of a workflow that it starts. */
export const workflowVariable = (id: WorkflowId) => `WORKFLOW_${id.toUpperCase().replaceAll('-', '_')}` as const;

/** The environment variable in which a function finds the URL of a queue that it sends to. */
export const queueVariable = (id: QueueId) => `QUEUE_${id.toUpperCase().replaceAll('-', '_')}` as const;

/** The environment variables of a function. `workflows` are all workflows, for functions that inspect them. */
export const variablesOf = (spec: FunctionSpec, workflows: readonly WorkflowId[]): readonly Variable[] => [
  'STAGE',
  'TABLE_NAME',
  'TIMES',
  ...(spec.tenants ? (['TENANTS'] as const) : []),
  ...(spec.publishes || spec.inspects ? (['BUS_NAME'] as const) : []),
  ...(spec.inspects ? workflows : (spec.starts ?? [])).map(workflowVariable),
  ...(spec.sends ?? []).map(queueVariable),
  ...(spec.consumes ? (['OWN_QUEUE_URL', 'DEAD_LETTERS_URL'] as const) : []),
  ...(spec.redrives ? (['QUEUES_URL_PREFIX', 'WORKERS', 'CODE_VERSION'] as const) : []),
  ...(spec.consumes || spec.redrives ? (['CANARIES_URL'] as const) : []),
  ...(spec.secrets ? (['SECRET_PREFIX'] as const) : []),
  ...(spec.sendsMail ? (['MAIL', 'MAIL_CONFIGURATION_SET'] as const) : []),
  ...(spec.callsProvider || spec.inspects ? (['PROVIDER_URL'] as const) : []),
];
