import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { names, type QueueId } from '#shared/manifest';
import { deviates } from '../nag.ts';
import type { Stage } from '../stages.ts';
import { alarmOnDeadLetters } from './alarm.ts';

const KEPT = Duration.days(14);
/** Whatever an item may hold fits into a message. */
const LARGEST_MESSAGE = 1_048_576;

export type HoldingProps = { readonly stage: Stage; readonly id: QueueId };

/** A queue that nothing consumes: what a function cannot bring any further lies in it, whole, until a person has seen to it. */
export class Holding extends Construct {
  constructor(scope: Construct, name: string, { stage, id }: HoldingProps) {
    super(scope, name);
    const queueName = names(stage.name).queue(id);
    const queue = new Queue(this, 'Queue', {
      queueName,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: KEPT,
      maxMessageSizeBytes: LARGEST_MESSAGE,
    });
    deviates(queue, 'deadEnd');
    alarmOnDeadLetters(this, 'Alarm', stage, queue, {
      says: `An event can never be published: it lies in ${queueName}.`,
      runbook: 'unpublishable-events',
    });
  }
}
