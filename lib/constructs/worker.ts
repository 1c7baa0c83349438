import { Duration } from 'aws-cdk-lib';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type EventType, names } from '#shared/manifest';
import { deviates } from '../nag.ts';
import { alarmOnDeadLetters } from './alarm.ts';
import { ContextFunction, type ContextFunctionProps, TIMEOUT_SECONDS } from './function.ts';

const BATCH = 10;
const RECEIVES = 5;
const CONCURRENCY = 50;
const KEPT = Duration.days(14);

export type WorkerProps = ContextFunctionProps & { readonly consumes: readonly EventType[] };

/**
 * A consumer of events that cannot lose one: rule -> queue -> function. What the bus cannot bring to the queue, and what the
 * function cannot handle, each wait for an operator in a queue of their own. The rule lies here, with the consumer, so that
 * the bus knows no one.
 */
export class Worker extends Construct {
  constructor(scope: Construct, name: string, props: WorkerProps) {
    super(scope, name);
    const { deployment, id, spec, consumes } = props;
    const { stage } = deployment;
    const by = names(stage.name);
    const common = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, retentionPeriod: KEPT };

    const dead = new Queue(this, 'Dead', { ...common, queueName: by.deadLetters(id) });
    const undelivered = new Queue(this, 'Undelivered', { ...common, queueName: by.undelivered(id) });
    const queue = new Queue(this, 'Queue', {
      ...common,
      queueName: by.queue(id),
      visibilityTimeout: Duration.seconds((spec.timeoutSeconds ?? TIMEOUT_SECONDS) * stage.visibilityTimeouts),
      deadLetterQueue: { queue: dead, maxReceiveCount: RECEIVES },
    });
    deviates(undelivered, 'deadEnd');
    alarmOnDeadLetters(this, 'DeadAlarm', stage, dead, {
      says: `${id} cannot handle an event: it lies in ${by.deadLetters(id)}.`,
      runbook: 'dead-letters',
    });
    alarmOnDeadLetters(this, 'UndeliveredAlarm', stage, undelivered, {
      says: `An event did not reach ${by.queue(id)}: it lies in ${by.undelivered(id)}.`,
      runbook: 'undelivered-events',
    });

    const { lambda } = new ContextFunction(this, 'Worker', props);
    lambda.addEventSource(
      new SqsEventSource(queue, {
        batchSize: BATCH,
        reportBatchItemFailures: true,
        maxConcurrency: spec.concurrency ?? CONCURRENCY,
      }),
    );

    new Rule(this, 'Rule', {
      eventBus: EventBus.fromEventBusName(this, 'Bus', by.bus),
      description: `Events for ${id}`,
      eventPattern: { detailType: [...consumes] },
      targets: [new SqsQueue(queue, { deadLetterQueue: undelivered })],
    });
  }
}
