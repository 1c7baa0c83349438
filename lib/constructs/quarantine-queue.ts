import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { names, type QueueId } from '#platform/manifest';
import { acknowledge } from '../nag.ts';
import { removalPolicy, type Stage } from '../stages.ts';
import { alarmOnMessages, alarmOnNewMessages } from './queue-alarms.ts';

const RETENTION = Duration.days(14);
/** Any item of the table fits into a message. */
const MAX_MESSAGE_BYTES = 1_048_576;

export type QuarantineQueueProps = { readonly stage: Stage; readonly id: QueueId };

/** A queue without a consumer. It keeps what a function can never process until a person handles it (ADR 32). */
export class QuarantineQueue extends Construct {
  constructor(scope: Construct, name: string, { stage, id }: QuarantineQueueProps) {
    super(scope, name);
    const queueName = names(stage.name).queue(id);
    const queue = new Queue(this, 'Queue', {
      queueName,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: RETENTION,
      maxMessageSizeBytes: MAX_MESSAGE_BYTES,
      removalPolicy: removalPolicy(stage),
    });
    acknowledge(queue, 'deadEnd');
    const alarm = { stage, queue, runbook: 'unpublishable-events' };
    alarmOnMessages(this, 'Alarm', { ...alarm, text: `An event can never be published: it is in ${queueName}.` });
    alarmOnNewMessages(this, 'NewAlarm', { ...alarm, text: `An event has just come into ${queueName}.` });
  }
}
