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
import { names } from '#platform/manifest';
import { acknowledge } from '../nag.ts';
import { removalPolicy, type Stage } from '../stages.ts';
import { AlarmAbove } from './alarm.ts';
import { ContextFunction, type ContextFunctionProps } from './function.ts';

/** Below the 24 hours for which a stream keeps a record, so that an expired record reaches the bucket instead of being lost. */
const MAX_RECORD_AGE = Duration.hours(23);
const MAX_DELAY = Duration.minutes(5);
const ACCESS_LOG_RETENTION = Duration.days(90);

/**
 * Delivers the stream records of writes with events to the function, in order per partition, until it succeeds or the record is too
 * old. A bucket keeps the content of the records that it gives up.
 */
export class Relay extends Construct {
  constructor(scope: Construct, name: string, props: ContextFunctionProps) {
    super(scope, name);
    // a policy, not an ACL, lets S3 write the access log
    this.node.setContext(S3_SERVER_ACCESS_LOGS_USE_BUCKET_POLICY, true);
    const { stage } = props.deployment;
    const named = names(stage.name);
    const { lambda, role } = new ContextFunction(this, 'Publisher', props);

    const failedRecords = new Bucket(this, 'GivenUp', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      serverAccessLogsBucket: this.accessLogs(stage) as IBucket,
      removalPolicy: removalPolicy(stage),
    });
    const bucketId = Stack.of(this).getLogicalId(failedRecords.node.defaultChild as CfnBucket);
    acknowledge(role, 'unnamedResources', `Resource::<${bucketId}.Arn>/*`);
    const table = Table.fromTableAttributes(this, 'Table', {
      tableName: named.table,
      tableStreamArn: StringParameter.valueForStringParameter(this, named.parameter('stream-arn')),
    });
    lambda.addEventSource(
      new DynamoEventSource(table, {
        startingPosition: StartingPosition.TRIM_HORIZON,
        batchSize: 100,
        parallelizationFactor: 4,
        reportBatchItemFailures: true,
        bisectBatchOnError: true,
        maxRecordAge: MAX_RECORD_AGE,
        filters: [
          FilterCriteria.filter({
            eventName: FilterRule.or('INSERT', 'MODIFY'),
            dynamodb: { NewImage: { out: { M: { v: { N: FilterRule.exists() } } } } },
          }),
        ],
        onFailure: failureDestination(failedRecords),
      }),
    );

    const iteratorAge = lambda.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: Duration.minutes(1) });
    new AlarmAbove(this, 'LateAlarm', {
      stage,
      metric: iteratorAge,
      threshold: MAX_DELAY.toMilliseconds(),
      text: 'Events reach the bus more than 5 minutes late.',
      runbook: 'relay-behind',
    });
  }

  /** Records who reads or changes the failed records. */
  private accessLogs(stage: Stage): Bucket {
    return new Bucket(this, 'AccessLogs', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [{ expiration: ACCESS_LOG_RETENTION }],
      removalPolicy: removalPolicy(stage),
    });
  }
}

/** The bucket as a destination, with only the permissions that Lambda needs. The CDK's own destination also grants read and delete. */
const failureDestination = (bucket: Bucket): IEventSourceDlq => ({
  bind(_, { role }) {
    role?.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['s3:PutObject'], resources: [bucket.arnForObjects('*')] }),
    );
    role?.addToPrincipalPolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }));
    return { destination: bucket.bucketArn };
  },
});
