import { Duration, Stack } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { FilterCriteria, FilterRule, type IEventSourceDlq, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { S3_SERVER_ACCESS_LOGS_USE_BUCKET_POLICY } from 'aws-cdk-lib/cx-api';
import { Construct } from 'constructs';
import { names } from '#shared/manifest';
import { deviates } from '../nag.ts';
import { removalPolicy } from '../removal.ts';
import type { Stage } from '../stages.ts';
import { AlarmAbove } from './alarm.ts';
import { ContextFunction, type ContextFunctionProps } from './function.ts';

/** Below the 24 hours that a stream keeps a record, so that what is given up reaches the bucket instead of nothing. */
const GIVEN_UP_AFTER = Duration.hours(23);
const LATE = Duration.minutes(5);
const LOGS_KEPT = Duration.days(90);

/**
 * Brings what the table's writes carry in `out` to the function, in order per partition, until it succeeds or the record is
 * too old; a record that is given up lies, whole, in a bucket.
 */
export class Relay extends Construct {
  constructor(scope: Construct, name: string, props: ContextFunctionProps) {
    super(scope, name);
    // S3 is let into the access log by a policy, not by an ACL
    this.node.setContext(S3_SERVER_ACCESS_LOGS_USE_BUCKET_POLICY, true);
    const { stage } = props.deployment;
    const by = names(stage.name);
    const { lambda, role } = new ContextFunction(this, 'Publisher', props);

    const givenUp = new Bucket(this, 'GivenUp', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      serverAccessLogsBucket: this.accessLogs(stage) as IBucket,
      removalPolicy: removalPolicy(stage),
    });
    const bucketId = Stack.of(this).getLogicalId(givenUp.node.defaultChild as CfnBucket);
    deviates(role, 'unnamedResources', `Resource::<${bucketId}.Arn>/*`);
    const table = Table.fromTableAttributes(this, 'Table', {
      tableName: by.table,
      tableStreamArn: StringParameter.valueForStringParameter(this, by.parameter('stream-arn')),
    });
    lambda.addEventSource(
      new DynamoEventSource(table, {
        startingPosition: StartingPosition.TRIM_HORIZON,
        batchSize: 100,
        parallelizationFactor: 4,
        reportBatchItemFailures: true,
        bisectBatchOnError: true,
        maxRecordAge: GIVEN_UP_AFTER,
        filters: [
          FilterCriteria.filter({
            eventName: FilterRule.or('INSERT', 'MODIFY'),
            dynamodb: { NewImage: { out: { M: { v: { N: FilterRule.exists() } } } } },
          }),
        ],
        onFailure: givenUpTo(givenUp),
      }),
    );

    const age = lambda.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: Duration.minutes(1) });
    new AlarmAbove(this, 'LateAlarm', stage, LATE.toMilliseconds(), age, {
      says: 'Events reach the bus more than 5 minutes late.',
      runbook: 'relay-behind',
    });
  }

  /** Who has read or changed what was given up. */
  private accessLogs(stage: Stage): Bucket {
    return new Bucket(this, 'AccessLogs', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [{ expiration: LOGS_KEPT }],
      removalPolicy: removalPolicy(stage),
    });
  }
}

/** The bucket as Lambda needs it and no more: CDK's own destination may read and delete there, too. */
const givenUpTo = (bucket: Bucket): IEventSourceDlq => ({
  bind(_, { role }) {
    role?.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['s3:PutObject'], resources: [bucket.arnForObjects('*')] }),
    );
    role?.addToPrincipalPolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }));
    return { destination: bucket.bucketArn };
  },
});
