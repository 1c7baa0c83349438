import { RemovalPolicy } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { names } from '#platform/manifest';
import type { Stage } from '../stages.ts';

/** Where a stage's alarms go. CloudWatch may not use SNS's own key, hence one of the stage's. */
export class AlarmTopic extends Construct {
  constructor(scope: Construct, id: string, { stage }: { readonly stage: Stage }) {
    super(scope, id);
    const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com');
    const key = new Key(this, 'Key', {
      description: 'Alarms on their way to whoever is on call.',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    key.grantEncryptDecrypt(cloudWatch);
    const topic = new Topic(this, 'Topic', { topicName: names(stage.name).alarms, masterKey: key, enforceSSL: true });
    topic.grantPublish(cloudWatch);
    if (stage.alarmEmail) topic.addSubscription(new EmailSubscription(stage.alarmEmail));
  }
}
