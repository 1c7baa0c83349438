import { Logger } from '@aws-lambda-powertools/logger';
import { type FunctionId, type Manifest, names, type Secret, type StageName, type WorkflowId } from '#shared/manifest';
import { type Times, usualTimes } from '#shared/times';
import { functionArn } from './arns.ts';
import { type Between, interposed } from './between.ts';
import { eventBus } from './bus.ts';
import { machineClock, stoppable } from './clock.ts';
import { type DynamoDbOptions, dynamoDb, type StreamListener } from './dynamodb/dynamodb.ts';
import { ownFetch } from './fetch.ts';
import { makeFunctions, projectSources, type Sources, timeoutMsOf } from './functions.ts';
import { gateway, type HttpAnswer, type HttpRequest } from './gateway.ts';
import { pollQueue } from './lambda/queue-source.ts';
import type { Counted, OwnRuntime, Surroundings } from './lambda/runtime.ts';
import { repeat } from './lambda/schedule.ts';
import { readStream } from './lambda/stream-source.ts';
import { type Observe, observed } from './observed.ts';
import { planOf } from './plan.ts';
import { makeQueue } from './queues/queue.ts';
import { sqs } from './queues/service.ts';
import { machineRandom, type Random, uuid } from './random.ts';
import { type Answer, type Call, dispatch } from './sdk.ts';
import { secretsManager } from './secrets.ts';
import type { Caller, Clock, Service } from './service.ts';
import { tableDefinition } from './table.ts';
import { workload } from './work.ts';
import { parseDefinition } from './workflows/definition.ts';
import type { Execution } from './workflows/executions.ts';
import { makeMachine } from './workflows/machine.ts';
import { stepFunctions } from './workflows/service.ts';

const MAX_RECEIVES = 5;
const DEFAULT_CONCURRENCY = 50;
/** One process gains nothing from more, and functions that write the same items get in each other's way. */
const DEFAULT_ENVIRONMENTS = 12;
const DEAD_LETTER_VISIBILITY_MS = 30_000;

/** The host's own endpoint may do everything. */
const OPERATOR: Caller = { name: 'operator' };

export type HostOptions = {
  readonly manifests: readonly Manifest[];
  readonly secrets: Readonly<Record<Secret, string>>;
  readonly stage?: StageName;
  /** Where the host is reached, if anywhere: in queue URLs, and as the provider's URL. */
  readonly origin?: string;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly logLevel?: Surroundings['logLevel'];
  /** How often scheduled functions run, given the minutes that their manifest says; those by default. */
  readonly scheduleMs?: (minutes: number) => number;
  /** Deadlines and other times; the usual ones where not given. */
  readonly times?: Times;
  /** The most environments of one function; further invocations wait. */
  readonly environments?: number;
  /** How long a worker's message stays hidden, given the worker's time-out. */
  readonly visibilityMs?: (timeoutMs: number) => number;
  /** Hears of every call of a service. */
  readonly observe?: Observe;
  /** Hears of every call of the table, with its units. */
  readonly meter?: NonNullable<DynamoDbOptions['observe']>;
  /** How long the table's transactions take. */
  readonly latency?: NonNullable<DynamoDbOptions['latency']>;
  /** How far eventually consistent reads are behind. */
  readonly lag?: NonNullable<DynamoDbOptions['lag']>;
  /** Hears of every metric that a function counts. */
  readonly count?: (counted: Counted) => void;
  /** Hears of every change of an item, within the write. */
  readonly changes?: StreamListener;
  readonly between?: Between;
  readonly sources?: Sources;
};

export type Host = {
  /** A request to the API, or to that of a standalone context. */
  readonly request: (request: HttpRequest) => Promise<HttpAnswer>;
  /** An AWS call by the host's own endpoint, which may do everything. */
  readonly call: (call: Call) => Promise<Answer>;
  readonly services: readonly Service[];
  readonly origin: string;
  /** Every execution that runs and the last of those that have ended, with their state transitions. */
  readonly executions: () => readonly Execution[];
  readonly runtimeOf: (id: FunctionId) => OwnRuntime;
  /** Ends environments of a function in the midst of what they do: all of them, or the one that calls in this name. */
  readonly crash: (id: FunctionId, only?: Caller) => void;
  /** Lets a consumer take no more messages, as if it were down: they wait in its queue until it is started. */
  readonly stop: (id: FunctionId) => void;
  readonly start: (id: FunctionId) => void;
  readonly warm: () => Promise<void>;
  /** Puts another definition in a workflow's place. Executions that run go on by the one that they began with. */
  readonly deploy: (id: WorkflowId, definition: string) => void;
  /** Runs a scheduled function now, whatever the clock says. */
  readonly run: (id: FunctionId) => Promise<void>;
  /** Resolves once nothing is under way: no request, record, message or execution. Dead letters are at rest. */
  readonly settled: () => Promise<void>;
  /** Stops everything where it is. */
  readonly close: () => void;
};

/** The whole backend in this process. Nothing outside of the answer holds any of its state. */
export const createHost = (options: HostOptions): Host => {
  const {
    stage = 'dev',
    origin = 'http://embedded.invalid',
    random = machineRandom(),
    observe,
    between = {},
  } = options;
  const { logLevel = 'SILENT' } = options;
  const sources = options.sources ?? projectSources;
  const scheduleMs = options.scheduleMs ?? ((minutes: number) => minutes * 60_000);
  const visibilityMs = options.visibilityMs ?? ((timeoutMs: number) => 6 * timeoutMs);
  const named = names(stage);
  const plan = planOf(options.manifests, stage);
  const clock = stoppable(options.clock ?? machineClock);
  const newId = () => uuid(random);
  const work = workload();

  // filled at the end: functions call services, and services cause invocations
  const services: Service[] = [];
  const functions = makeFunctions({
    ...{ plan, stage, origin, sources, newId },
    environments: options.environments ?? DEFAULT_ENVIRONMENTS,
    surroundings: {
      ...{ clock, random, services, logLevel, times: options.times ?? usualTimes },
      count: options.count,
      fetch: ownFetch({ origin, clock, answer: (request) => answer(request) }),
    },
  });
  const invoke = (id: FunctionId, event: unknown, begun?: () => void) => {
    const act = () => functions.pool(id).invoke(event, begun);
    return between.invoke ? between.invoke(id, event, act) : act();
  };

  /** Where nobody else tells of a failure: a workflow does, in its execution. */
  const logger = new Logger({ serviceName: 'embedded-host', logLevel });
  const invokeAndReport = (id: FunctionId, event: unknown) =>
    invoke(id, event).catch((error: unknown) => {
      logger.error(`${id} failed`, error as Error);
      throw error;
    });

  const answer = gateway({
    ...{ invoke: invokeAndReport, stage, clock, newId, work },
    endpoints: plan.functions.flatMap(({ id, spec }) => (spec.routes ?? []).map((route) => ({ route, function: id }))),
  });

  const workers = plan.functions.flatMap(({ id, spec }) => {
    if (!spec.consumes) return [];
    const dead = makeQueue({ name: named.deadLetters(id), visibilityMs: DEAD_LETTER_VISIBILITY_MS }, { clock, newId });
    const redrive = { to: dead, maxReceives: MAX_RECEIVES };
    const hiddenMs = visibilityMs(timeoutMsOf(spec));
    const queue = makeQueue({ name: named.queue(id), visibilityMs: hiddenMs, redrive, work }, { clock, newId });
    return [{ id, spec, queue, dead, consumes: spec.consumes }];
  });
  const pollers = new Map(
    workers.map(({ id, spec, queue }) => [
      id,
      pollQueue({
        ...{ queue, clock },
        invoke: (event) => invokeAndReport(id, event),
        concurrency: spec.concurrency ?? DEFAULT_CONCURRENCY,
      }),
    ]),
  );
  const pollerOf = (id: FunctionId) => {
    const poller = pollers.get(id);
    if (!poller) throw new Error(`there is no consumer ${id}`);
    return poller;
  };
  const schedules = plan.functions.flatMap(({ id, spec }) =>
    spec.everyMinutes ? [repeat(clock, scheduleMs(spec.everyMinutes), () => invokeAndReport(id, {}))] : [],
  );
  const waiting = plan.queues.map((id) =>
    makeQueue({ name: named.queue(id), visibilityMs: DEAD_LETTER_VISIBILITY_MS }, { clock, newId }),
  );
  const queues = new Map(
    [...workers.flatMap(({ queue, dead }) => [queue, dead]), ...waiting].map((one) => [one.name, one]),
  );
  const rules = workers.flatMap(({ consumes, queue }) =>
    consumes.map((detailType) => ({
      detailType,
      send(envelope: string) {
        const act = () => void queue.send(envelope);
        if (between.deliver) between.deliver(queue.name, envelope, act);
        else act();
      },
    })),
  );

  const tasks = new Map(
    plan.functions.filter(({ spec }) => spec.task).map(({ id }) => [functionArn(named.fn(id)), id] as const),
  );
  const arnOfTask = (id: FunctionId) => [...tasks].find(([, task]) => task === id)?.[0];
  const machineOf = (id: WorkflowId, definition: string) =>
    makeMachine(named.workflow(id), parseDefinition(id, definition, arnOfTask));
  const machines = new Map(
    plan.workflows.map(({ id, definition }) => [named.workflow(id), machineOf(id, sources.read(definition))]),
  );
  const workflows = stepFunctions(machines, {
    ...{ clock, newId, work, random: random.number },
    invoke: (arn, payload, begun) => invoke(tasks.get(arn) ?? arn, payload, begun),
  });

  const readers = plan.functions
    .filter(({ spec }) => spec.streams)
    .map(({ id }) => readStream({ ...{ clock, random, work }, invoke: (event) => invokeAndReport(id, event) }));
  const { latency, lag, meter } = options;
  const table = dynamoDb([tableDefinition(named.table)], { clock, latency, lag, observe: meter });
  for (const read of readers) table.stream(read);
  if (options.changes) table.stream(options.changes);

  const secrets = new Map(
    Object.entries(options.secrets).map(([name, value]) => [named.secret(name as Secret), value]),
  );
  const all = [
    table,
    sqs(queues, { clock, origin }),
    eventBus({ name: named.bus, rules, clock, newId }),
    workflows.service,
    secretsManager(secrets),
  ];
  const seen = all.map((service) => (observe ? observed(service, observe) : service));
  const { call } = between;
  services.push(...seen.map((service) => (call ? interposed(service, call) : service)));

  return {
    request: answer,
    call: (call) => dispatch(services, call, OPERATOR),
    services,
    origin,
    executions: () => workflows.ledger.all(),
    runtimeOf: functions.runtimeOf,
    crash: (id, only) => functions.pool(id).crash(only),
    stop: (id) => pollerOf(id).stop(),
    start: (id) => pollerOf(id).start(),
    warm: functions.warm,
    deploy: (id, definition) => void machines.set(named.workflow(id), machineOf(id, definition)),
    run: (id) => invoke(id, {}).then(() => undefined),
    settled: work.settled,
    close() {
      for (const poller of pollers.values()) poller.stop();
      for (const stop of schedules) stop();
      clock.stop();
      for (const { id } of plan.functions) functions.pool(id).crash();
    },
  };
};
