import {
  type FunctionId,
  type Manifest,
  names,
  type ReservedConcurrency,
  type StageKind,
  TENANT_THROTTLE,
  type Throttle,
  visibilitySecondsOf,
  type WorkflowId,
} from '#platform/manifest';
import { defaultTimes, type Times } from '#platform/runtime/times';
import { createStoppableClock, systemClock } from '../aws/clock.ts';
import { type AwsCall, type AwsResponse, dispatch } from '../aws/dispatch.ts';
import type { DynamoDbOptions, StreamListener } from '../aws/dynamodb/dynamodb.ts';
import { createDefaultBus, type ServiceEvent } from '../aws/eventbridge/default-bus.ts';
import { createEventBus } from '../aws/eventbridge/event-bus.ts';
import { createInFlightCounter } from '../aws/in-flight.ts';
import { createSystemRandom, createUuid, type RandomSource } from '../aws/random.ts';
import { createS3, type S3Request, type S3Response } from '../aws/s3/s3.ts';
import type { Caller, Clock, Service } from '../aws/service.ts';
import type { SentMail } from '../aws/ses/sent-mail.ts';
import { createSes, type SendQuota } from '../aws/ses/ses.ts';
import { createSqs } from '../aws/sqs/sqs.ts';
import type { Execution } from '../aws/step-functions/executions.ts';
import { assemble } from './assembly.ts';
import { createAuthorizer } from './authorizer.ts';
import { createConsumers, createUnconsumedQueues } from './consumers.ts';
import { createCpuShares, noCpuShares } from './cpu-shares.ts';
import { createFairScheduler } from './fair-scheduler.ts';
import { createHostFetch } from './fetch.ts';
import { createFunctions, type LoadEntries, loadProjectEntries } from './functions.ts';
import { createGateway, type HttpRequest, type HttpResponse } from './gateway.ts';
import { createGivenUp } from './given-up.ts';
import { type Interceptors, withInterceptor } from './interceptors.ts';
import { createInvoker } from './invocation.ts';
import type { FunctionRuntime, MetricRecord, RuntimeOptions } from './runtime.ts';
import { startSchedules } from './schedules.ts';
import { createSecrets, type SecretValues } from './secrets.ts';
import { createTable } from './table.ts';
import { createThrottle } from './throttle.ts';
import { type Trace, withTracing } from './tracing.ts';
import { createWorkflows } from './workflows.ts';

/** What AWS gives to an account by default. A new one starts with less. */
const ACCOUNT_CONCURRENCY = 1_000;
/** More would interleave with an invocation that has a slot. With one, an invocation that waits for a retry would stop all others. */
const MAX_SLOTS = 2;
const VISIBILITY_TIMEOUT_FACTOR = 6;
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** As deployed: lib/ computes the same. */
const defaultVisibilityTimeoutMs = (timeoutMs: number): number =>
  visibilitySecondsOf(timeoutMs / SECOND_MS, VISIBILITY_TIMEOUT_FACTOR) * SECOND_MS;

/** The caller of requests to the host's AWS endpoint. It may do everything. */
const OPERATOR: Caller = { name: 'operator' };

export type MailOptions = {
  readonly from: string;
  readonly quota?: SendQuota;
  /** Called with each mail that SES accepts. */
  readonly onMail?: (mail: SentMail) => void;
};

export type HostOptions = {
  readonly contexts: readonly Manifest[];
  readonly secrets: SecretValues;
  readonly stage?: StageKind;
  /** The address of the host, if it has one. It appears in queue URLs and is the provider's URL. */
  readonly origin?: string;
  readonly clock?: Clock;
  readonly random?: RandomSource;
  readonly logLevel?: RuntimeOptions['logLevel'];
  /** The interval of a scheduled function, given the minutes of its manifest. By default exactly those. */
  readonly scheduleIntervalMs?: (minutes: number) => number;
  /** Deadlines and other durations of the backend. */
  readonly times?: Times;
  /** How many invocations run at a time, over all functions. Further ones are throttled, as on AWS. Default 1,000. */
  readonly accountConcurrency?: number;
  /** What is reserved out of the account's for single functions, by the settings of a stage. By default all share the account's. */
  readonly reservedConcurrency?: ReservedConcurrency;
  /** Sends mail by SES from this address, within the quota. By default a sink stores it. */
  readonly mail?: MailOptions;
  /** The requests of each tenant, and those of all strangers together. By default those of a tenant on AWS. */
  readonly throttle?: Throttle;
  /**
   * The maximum number of environments of every function. Further invocations wait, which they do not on AWS. By default 12 of a function
   * that computes, and no maximum of one that waits for the payment provider.
   */
  readonly maxEnvironments?: number;
  /**
   * Makes invocations wait until their tenants may use the CPU, so that each tenant has an equal share of this process. By default none
   * waits: on a virtual clock the order of events must not depend on CPU time. The number of environments has no limit then: an invocation
   * that has a slot and waits for an environment would stop the one that it waits for.
   */
  readonly waitForCpu?: boolean;
  /** The visibility timeout of a consumer's queue, given the consumer's timeout. By default six times as long, and at least 120 s. */
  readonly visibilityTimeoutMs?: (timeoutMs: number) => number;
  /** Whether functions are refused the keys of other tenants. By default true; the simulator must find violations without it, too. */
  readonly tenantGuard?: boolean;
  /** Called after every service call. */
  readonly trace?: Trace;
  /** Called after every call of the table, with its units. */
  readonly onTableCall?: NonNullable<DynamoDbOptions['onCall']>;
  /**
   * The units a second that one partition key value of the table or of an index takes before it is throttled. By default without a limit.
   */
  readonly tableThrottle?: NonNullable<DynamoDbOptions['throttle']>;
  /** The duration of the table's transactions. */
  readonly transactionLatencyMs?: NonNullable<DynamoDbOptions['transactionLatencyMs']>;
  /** The lag of eventually consistent reads. */
  readonly replicationLagMs?: NonNullable<DynamoDbOptions['replicationLagMs']>;
  /** Called with every metric that a function records. */
  readonly onMetric?: (metric: MetricRecord) => void;
  /** Called with every change of an item, within the write. */
  readonly onTableChange?: StreamListener;
  /** Keeps every old image of the table, which `restoreTable` needs. By default false. */
  readonly pointInTimeRecovery?: boolean;
  readonly interceptors?: Interceptors;
  /** Loads the entry points of functions; those of the project by default. */
  readonly loadEntries?: LoadEntries;
  /** The version of the code that functions see, as a digest of their bundles is on AWS. */
  readonly codeVersion?: string;
};

export type Host = {
  /** Handles a request to the API or to a standalone context. */
  readonly request: (request: HttpRequest) => Promise<HttpResponse>;
  /** Makes an AWS call without any restriction. */
  readonly callAws: (call: AwsCall) => Promise<AwsResponse>;
  /** Publishes on the default bus of the account, as a service of AWS does. */
  readonly publishServiceEvent: (event: ServiceEvent) => void;
  readonly services: readonly Service[];
  readonly origin: string;
  /** Every running execution and the latest finished ones, with their state transitions. */
  readonly executions: () => readonly Execution[];
  /** Creates a runtime with the grants and variables of this function. */
  readonly createRuntime: (id: FunctionId) => FunctionRuntime;
  /** Ends environments of a function during their work: all of them, or the one of this caller. */
  readonly crashFunction: (id: FunctionId, caller?: Caller) => void;
  /** Makes an S3 call without any restriction. */
  readonly callS3: (request: S3Request) => S3Response;
  /**
   * Stops a consumer from taking messages, as if it were down. They wait in its queue until it is resumed. Stream records wait for a
   * day: a function that reads the stream is a consumer, too.
   */
  readonly pauseConsumer: (id: FunctionId) => void;
  readonly resumeConsumer: (id: FunctionId) => void;
  /** Loads every function, so that the first request does not wait for it. */
  readonly loadFunctions: () => Promise<void>;
  /** From now on functions see this version of the code, as after a deployment. */
  readonly deploy: (codeVersion: string) => void;
  /** Replaces the definition of a workflow. Running executions continue with the one that they started with. */
  readonly replaceWorkflow: (id: WorkflowId, definition: string) => void;
  /**
   * Returns the table to an earlier moment, as DynamoDB's point-in-time recovery does: no stream record says so, and what its stream
   * has not delivered is gone. Messages, executions and the items of standalone contexts, such as the provider's, stay.
   */
  readonly restoreTable: (at: Date) => void;
  /** Runs a scheduled function now, regardless of the clock. */
  readonly runSchedule: (id: FunctionId) => Promise<void>;
  /** Resolves once no request, stream record, message or execution is in flight. Dead letters do not count. */
  readonly whenIdle: () => Promise<void>;
  /** Stops everything at once. */
  readonly close: () => void;
};

const instrument = (service: Service, trace: Trace | undefined, intercept: Interceptors['call']): Service => {
  const traced = trace ? withTracing(service, trace) : service;
  return intercept ? withInterceptor(traced, intercept) : traced;
};

/** Runs the whole backend in this process. All of its state belongs to the returned host. */
export const createHost = (options: HostOptions): Host => {
  const { stage = 'dev', origin = 'http://embedded.invalid', logLevel = 'SILENT', interceptors = {} } = options;
  const { random = createSystemRandom(), loadEntries = loadProjectEntries, times = defaultTimes } = options;
  const { scheduleIntervalMs = (minutes: number) => minutes * MINUTE_MS } = options;
  const { visibilityTimeoutMs = defaultVisibilityTimeoutMs } = options;
  const { accountConcurrency = ACCOUNT_CONCURRENCY, reservedConcurrency = {} } = options;
  const { maxEnvironments = options.waitForCpu ? Number.POSITIVE_INFINITY : undefined } = options;
  const named = names(stage);
  const assembly = assemble(options.contexts, stage);
  const clock = createStoppableClock(options.clock ?? systemClock);
  const newId = () => createUuid(random);
  const inFlight = createInFlightCounter();
  const cpuShares = options.waitForCpu
    ? createCpuShares(
        createFairScheduler({ maxSlots: MAX_SLOTS, now: () => performance.now(), yieldToIo: clock.yieldToIo }),
      )
    : noCpuShares;
  let { codeVersion = 'embedded' } = options;

  // filled below: functions call services, and services invoke functions
  const services: Service[] = [];
  const functions = createFunctions({
    ...{ assembly, stage, origin, loadEntries, newId, codeVersion: () => codeVersion },
    ...{ accountConcurrency, reservedConcurrency, maxEnvironments, mailFrom: options.mail?.from },
    runtimeOptions: {
      ...{ clock, random, services, logLevel, times, tenantGuard: options.tenantGuard, onMetric: options.onMetric },
      whileWaiting: cpuShares.whileWaiting,
      fetch: createHostFetch({ origin, clock, handleRequest: (request) => handleRequest(request) }),
    },
  });
  const { invoke, invokeAuthorizer, invokeAndLog } = createInvoker({ functions, interceptors, cpuShares, logLevel });

  const handleRequest = createGateway({
    ...{ invoke: invokeAndLog, stage, clock, newId, inFlight },
    endpoints: assembly.endpoints,
    authorize: createAuthorizer({ invoke: invokeAuthorizer, stage, clock }),
    throttle: createThrottle(options.throttle ?? TENANT_THROTTLE, clock),
  });
  const consumers = createConsumers({
    ...{ functions: assembly.functions, received: assembly.received, named, clock, newId },
    ...{ inFlight, visibilityTimeoutMs },
    ...{ invoke: invokeAndLog, deliver: interceptors.deliver, maxEnvironments: functions.maxEnvironments },
  });
  const stopSchedules = startSchedules({
    ...{ functions: assembly.functions, clock, invoke: invokeAndLog, intervalMs: scheduleIntervalMs },
  });
  const queues = [...consumers.queues, ...createUnconsumedQueues(assembly.queues, { named, clock, newId })];
  const workflows = createWorkflows({
    ...{ assembly, named, clock, newId, inFlight, invoke, random: random.nextFloat },
  });
  const defaultBus = createDefaultBus({ rules: consumers.serviceRules, clock, newId });
  const givenUp = createGivenUp({ named, clock, newId });
  const { table, readers } = createTable({
    ...{ name: named.table, functions: assembly.functions, clock, random, inFlight, invoke: invokeAndLog },
    standalone: options.contexts.flatMap(({ context, standalone }) => (standalone ? [context] : [])),
    pointInTimeRecovery: options.pointInTimeRecovery,
    throttle: options.tableThrottle,
    transactionLatencyMs: options.transactionLatencyMs,
    replicationLagMs: options.replicationLagMs,
    onCall: options.onTableCall,
    onChange: options.onTableChange,
    onGivenUp: givenUp.store,
  });
  const all = [
    table,
    createSqs(new Map(queues.map((queue) => [queue.name, queue])), { clock, origin }),
    createEventBus({ name: named.bus, rules: consumers.rules, clock, newId }),
    workflows.service,
    createSecrets(options.secrets, named),
    givenUp.parameters,
    ...(options.mail
      ? [
          createSes({
            ...options.mail,
            configurationSets: [{ name: named.mails, onEvent: defaultBus.publish }],
            clock,
            newId,
          }),
        ]
      : []),
  ];
  const s3 = createS3(new Map([[givenUp.bucket.name, givenUp.bucket]]));
  services.push(...all.map((service) => instrument(service, options.trace, interceptors.call)));

  return {
    request: handleRequest,
    callAws: (call) => dispatch(services, call, OPERATOR),
    callS3: s3.handle,
    publishServiceEvent: defaultBus.publish,
    services,
    origin,
    executions: workflows.executions,
    createRuntime: functions.createRuntime,
    crashFunction: (id, caller) => functions.pool(id).crash(caller),
    pauseConsumer: (id) => (readers.get(id) ?? consumers.get(id)).pause(),
    resumeConsumer: (id) => (readers.get(id) ?? consumers.get(id)).resume(),
    loadFunctions: functions.loadAll,
    deploy(version) {
      codeVersion = version;
    },
    replaceWorkflow: workflows.replace,
    restoreTable: table.restoreTo,
    runSchedule: (id) => invoke(id, {}).then(() => undefined),
    whenIdle: inFlight.whenIdle,
    close() {
      consumers.pauseAll();
      stopSchedules();
      clock.stop();
      for (const { id } of assembly.functions) functions.pool(id).crash();
    },
  };
};
