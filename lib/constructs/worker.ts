import { Duration } from 'aws-cdk-lib';
import { EventBus, EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SqsQueue, type SqsQueueProps } from 'aws-cdk-lib/aws-events-targets';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import {
  type EventType,
  MAX_RECEIVES,
  MESSAGE_GROUP_PATH,
  mailRuleOf,
  names,
  receivedOf,
  visibilitySecondsOf,
} from '#platform/manifest';
import { acknowledge } from '../nag.ts';
import { removalPolicy } from '../stages.ts';
import { alarmOnCount } from './alarm.ts';
import { ContextFunction, type ContextFunctionProps, TIMEOUT_SECONDS } from './function.ts';
import {
  alarmOnAge,
  alarmOnDeadLetters,
  alarmOnMessages,
  alarmOnNewMessages,
  alarmOnUnpolledQueue,
} from './queue-alarms.ts';

const BATCH_SIZE = 10;
const DEFAULT_CONCURRENCY = 50;
const RETENTION = Duration.days(14);

export type WorkerProps = ContextFunctionProps & { readonly consumes: readonly EventType[] };

/**
 * A consumer that loses no event: rule -> queue -> function. The queue is fair to tenants (ADR 90). Events that the bus cannot deliver to
 * the queue and messages that the function can never handle wait for an operator, each in their own dead-letter queue; the latter are tried
 * again after a deployment. The rules belong to the consumer, so no bus depends on its consumers.
 */
export class Worker extends Construct {
  constructor(scope: Construct, name: string, props: WorkerProps) {
    super(scope, name);
    const { deployment, id, spec, consumes } = props;
    const { stage, manifests } = deployment;
    const named = names(stage.name);
    const queueProps = {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: RETENTION,
      removalPolicy: removalPolicy(stage),
    };

    const deadLetters = new Queue(this, 'Dead', { ...queueProps, queueName: named.deadLetters(id) });
    const ruleDeadLetters = new Queue(this, 'Undelivered', { ...queueProps, queueName: named.ruleDeadLetters(id) });
    const queue = new Queue(this, 'Queue', {
      ...queueProps,
      queueName: named.queue(id),
      visibilityTimeout: Duration.seconds(
        visibilitySecondsOf(spec.timeoutSeconds ?? TIMEOUT_SECONDS, stage.visibilityTimeouts),
      ),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: MAX_RECEIVES },
    });
    acknowledge(ruleDeadLetters, 'deadEnd');
    const deadAlarm = { stage, queue: deadLetters, runbook: 'dead-letters' };
    alarmOnDeadLetters(this, 'DeadAlarm', {
      ...deadAlarm,
      text: `${id} cannot handle a message: it is in ${named.deadLetters(id)}.`,
    });
    alarmOnNewMessages(this, 'NewDeadAlarm', {
      ...deadAlarm,
      text: `A message has just become a dead letter of ${id}.`,
    });
    const undeliveredAlarm = { stage, queue: ruleDeadLetters, runbook: 'undelivered-events' };
    alarmOnMessages(this, 'UndeliveredAlarm', {
      ...undeliveredAlarm,
      text: `An event did not reach ${named.queue(id)}: it is in ${named.ruleDeadLetters(id)}.`,
    });
    alarmOnNewMessages(this, 'NewUndeliveredAlarm', {
      ...undeliveredAlarm,
      text: `An event has just come into ${named.ruleDeadLetters(id)}.`,
    });

    const { lambda } = new ContextFunction(this, 'Worker', props);
    alarmOnAge(this, 'BehindAlarm', {
      stage,
      queue,
      text: `${named.queue(id)} has a message that is more than 3 minutes old.`,
      runbook: 'queue-behind',
    });
    alarmOnUnpolledQueue(this, 'UnpolledAlarm', {
      stage,
      queue,
      text: `Nobody receives from ${named.queue(id)}: the event source of ${id} is disabled or fails.`,
      runbook: 'queue-behind',
    });
    alarmOnCount(this, 'FailedAlarm', {
      stage,
      metric: lambda.metricErrors(),
      text: `${id} crashes or times out: its messages wait in ${named.queue(id)}.`,
      runbook: 'queue-behind',
    });
    lambda.addEventSource(
      new SqsEventSource(queue, {
        batchSize: BATCH_SIZE,
        reportBatchItemFailures: true,
        maxConcurrency: spec.concurrency ?? DEFAULT_CONCURRENCY,
      }),
    );

    const target = { queue, deadLetterQueue: ruleDeadLetters };
    const received = receivedOf(...manifests);
    const published = consumes.filter((type) => !received.has(type));
    if (published.length > 0)
      new Rule(this, 'Rule', {
        eventBus: EventBus.fromEventBusName(this, 'Bus', named.bus),
        description: `Events for ${id}`,
        eventPattern: { detailType: published },
        // LocalStack sends the path itself, so there all messages are one group, which is never overtaken
        targets: [toTarget(target, { messageGroupId: EventField.fromPath(MESSAGE_GROUP_PATH) })],
      });
    for (const type of consumes) {
      const event = received.get(type);
      if (!event) continue;
      const { pattern, messageGroupPath, input } = mailRuleOf(named.mails, type, event);
      const rule = new Rule(this, ruleIdOf(type), {
        description: `${event.mailEvent} for ${id}`,
        eventPattern: { source: pattern.source, detailType: pattern['detail-type'], detail: pattern.detail },
      });
      rule.addTarget(
        toTarget(target, {
          messageGroupId: EventField.fromPath(messageGroupPath),
          message: RuleTargetInput.fromObject(withEventFields(input)),
        }),
      );
    }
  }
}

type Target = { readonly queue: Queue; readonly deadLetterQueue: Queue };

const toTarget = ({ queue, deadLetterQueue }: Target, props: SqsQueueProps) =>
  new SqsQueue(queue, { deadLetterQueue, ...props });

/** `MailBounced.v1` has the rule `MailBouncedV1`. */
const ruleIdOf = (type: EventType) => type.replace('.v', 'V');

/** The same object with each path into the event as a field of it. */
const withEventFields = (value: object): object =>
  Object.fromEntries(
    Object.entries(value).map(([name, entry]: [string, unknown]) => {
      if (typeof entry === 'object' && entry !== null) return [name, withEventFields(entry)];
      return [name, typeof entry === 'string' && entry.startsWith('$.') ? EventField.fromPath(entry) : entry];
    }),
  );
