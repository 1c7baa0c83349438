import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { names } from '#platform/manifest';
import { acknowledge } from '../nag.ts';
import { removalPolicy } from '../stages.ts';
import { Scheduled, type ScheduledProps } from './scheduled.ts';

const RETENTION = Duration.days(14);

/** The scheduled function that sends dead letters back, and the queue to which workers report what became of canaries (ADR 84). */
export class Redrive extends Construct {
  constructor(scope: Construct, name: string, props: ScheduledProps) {
    super(scope, name);
    const { stage } = props.deployment;
    const canaries = new Queue(this, 'Canaries', {
      queueName: names(stage.name).canaries,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: RETENTION,
      removalPolicy: removalPolicy(stage),
    });
    acknowledge(canaries, 'deadEnd');
    const { role } = new Scheduled(this, 'Redrive', props);
    const { deadLetters } = names(stage.name);
    acknowledge(
      role,
      'unnamedResources',
      `Resource::arn:<AWS::Partition>:sqs:<AWS::Region>:<AWS::AccountId>:${deadLetters('*')}`,
    );
  }
}
