import {
  type EventType,
  type FunctionId,
  type FunctionSpec,
  MAX_RECEIVES,
  MESSAGE_GROUP_PATH,
  mailRuleOf,
  type NamedFunction,
  type names,
  type QueueId,
  type ReceivedEvent,
} from '#platform/manifest';
import type { ServiceRule } from '../aws/eventbridge/default-bus.ts';
import type { Rule } from '../aws/eventbridge/event-bus.ts';
import type { InFlight } from '../aws/in-flight.ts';
import { createQueuePoller, type QueuePoller } from '../aws/lambda/queue-source.ts';
import type { Clock } from '../aws/service.ts';
import { createQueue, type Queue } from '../aws/sqs/queue.ts';
import { type Functions, getTimeoutMs } from './functions.ts';
import type { Interceptors } from './interceptors.ts';
import type { Invoker } from './invocation.ts';

const DEFAULT_CONCURRENCY = 50;
/** The visibility timeout of a queue that no function consumes. */
const UNCONSUMED_VISIBILITY_MS = 30_000;

type QueueContext = {
  readonly named: ReturnType<typeof names>;
  readonly clock: Clock;
  readonly newId: () => string;
};

type Options = QueueContext & {
  readonly functions: readonly NamedFunction[];
  /** The events of SES, by the type that consumers know. */
  readonly received: ReadonlyMap<EventType, ReceivedEvent>;
  readonly inFlight: InFlight;
  readonly invoke: Invoker['invokeAndLog'];
  readonly maxEnvironments: Functions['maxEnvironments'];
  /** Computes the visibility timeout from the function's timeout. */
  readonly visibilityTimeoutMs: (timeoutMs: number) => number;
  readonly deliver: Interceptors['deliver'];
};

export type Consumers = {
  /** Each consumer's queue, followed by its dead-letter queue, and the queue to which they report canaries. */
  readonly queues: readonly Queue[];
  /** The rules of the bus, one for each event type of each consumer. */
  readonly rules: readonly Rule[];
  /** The rules of the account's default bus, one for each event of SES. */
  readonly serviceRules: readonly ServiceRule[];
  /** Throws for a function that consumes nothing. */
  readonly get: (id: FunctionId) => QueuePoller;
  readonly pauseAll: () => void;
};

type Consumer = NamedFunction & {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly eventTypes: NonNullable<FunctionSpec['consumes']>;
};

const createConsumer = (fn: NamedFunction, options: Options): readonly Consumer[] => {
  const { named, inFlight, visibilityTimeoutMs } = options;
  const { id, spec } = fn;
  if (!spec.consumes) return [];
  const deadLetters = createQueue({ name: named.deadLetters(id), visibilityMs: UNCONSUMED_VISIBILITY_MS }, options);
  const queue = createQueue(
    {
      name: named.queue(id),
      visibilityMs: visibilityTimeoutMs(getTimeoutMs(spec)),
      redrive: { deadLetters, maxReceives: MAX_RECEIVES },
      inFlight,
    },
    options,
  );
  return [{ ...fn, queue, deadLetters, eventTypes: spec.consumes }];
};

const sendTo =
  (queue: Queue, deliver: Interceptors['deliver']): Rule['send'] =>
  (envelope, group) => {
    const proceed = () => void queue.send({ body: envelope, group });
    if (deliver) deliver(queue.name, envelope, proceed);
    else proceed();
  };

/** Creates a queue, a dead-letter queue and a poller for each function that consumes events. */
export const createConsumers = (options: Options): Consumers => {
  const { functions, received, named, clock, invoke, maxEnvironments, deliver } = options;
  const consumers = functions.flatMap((fn) => createConsumer(fn, options));
  const pollers = new Map(
    consumers.map((consumer) => {
      const { id, spec, queue } = consumer;
      const { concurrency = DEFAULT_CONCURRENCY } = spec;
      // a batch that waits for an environment would keep its messages from being overtaken
      const maxConcurrency = Math.min(concurrency, maxEnvironments(consumer) ?? concurrency);
      return [id, createQueuePoller({ queue, clock, invoke: (event) => invoke(id, event), maxConcurrency })];
    }),
  );
  const getPoller = (id: FunctionId) => {
    const poller = pollers.get(id);
    if (!poller) throw new Error(`there is no consumer ${id}`);
    return poller;
  };
  const subscriptions = consumers.flatMap(({ eventTypes, queue }) =>
    eventTypes.map((type) => ({ type, event: received.get(type), send: sendTo(queue, deliver) })),
  );
  const canaries = createQueue({ name: named.canaries, visibilityMs: UNCONSUMED_VISIBILITY_MS }, options);
  return {
    queues: [...consumers.flatMap(({ queue, deadLetters }) => [queue, deadLetters]), canaries],
    rules: subscriptions.flatMap(({ type, event, send }) =>
      event ? [] : [{ detailType: type, messageGroupId: MESSAGE_GROUP_PATH, send }],
    ),
    serviceRules: subscriptions.flatMap(({ type, event, send }) =>
      event ? [{ ...mailRuleOf(named.mails, type, event), send }] : [],
    ),
    get: getPoller,
    pauseAll() {
      for (const poller of pollers.values()) poller.pause();
    },
  };
};

/** Creates the queues that functions send to and no function consumes. An operator reads them. */
export const createUnconsumedQueues = (ids: readonly QueueId[], context: QueueContext): readonly Queue[] =>
  ids.map((id) => createQueue({ name: context.named.queue(id), visibilityMs: UNCONSUMED_VISIBILITY_MS }, context));
