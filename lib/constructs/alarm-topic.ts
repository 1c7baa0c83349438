import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { names } from '#platform/manifest';
import type { Stage } from '../stages.ts';

/** The topic that a stage's alarms notify. It has its own key, because CloudWatch may not use the key of SNS. */
export class AlarmTopic extends Construct {
  constructor(scope: Construct, id: string, { stage }: { readonly stage: Stage }) {
    super(scope, id);
    const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com');
    const alarms = Stack.of(this).formatArn({
      ...{ service: 'cloudwatch', resource: 'alarm', resourceName: '*' },
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const key = new Key(this, 'Key', {
      description: 'Encrypts alarms on their way to the person on call.',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    key.grantEncryptDecrypt(cloudWatch);
    const topic = new Topic(this, 'Topic', { topicName: names(stage.name).alarms, masterKey: key, enforceSSL: true });
    // CloudWatch also works for other accounts, whose alarms must not reach this topic
    topic.grantPublish(cloudWatch.withConditions({ ArnLike: { 'aws:SourceArn': alarms } }));
    if (stage.alarmEmail) topic.addSubscription(new EmailSubscription(stage.alarmEmail));
  }
}
