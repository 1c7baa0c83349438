import { Duration, Stack } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { FilterCriteria, FilterRule, type IEventSourceDlq, MetricType, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { MAX_RECORD_AGE_SECONDS, names } from '#platform/manifest';
import { acknowledge } from '../nag.ts';
import { removalPolicy, type Stage } from '../stages.ts';
import { AlarmAbove, alarmOnCount, alarmOnSilence } from './alarm.ts';
import { ContextFunction, type ContextFunctionProps } from './function.ts';

const ALARM_ITERATOR_AGE = Duration.minutes(5);
const SILENT_PERIOD = Duration.minutes(5);
const SILENT_PERIODS = 2;
const ACCESS_LOG_RETENTION = Duration.days(90);

/**
 * Invokes the function with the stream records that contain events, in order per partition key. Lambda retries a batch until the
 * function succeeds or the records are 23 hours old. Then it stores them in a bucket.
 */
export class Relay extends Construct {
  constructor(scope: Construct, name: string, props: ContextFunctionProps) {
    super(scope, name);
    const { stage } = props.deployment;
    const resourceNames = names(stage.name);
    const { lambda: publisher, role } = new ContextFunction(this, 'Publisher', props);

    const failedRecords = new Bucket(this, 'GivenUp', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      // without data of customers nobody needs it, and S3 would fill it after the stage's last use, so that the stage could not be deleted
      ...(stage.protect && { serverAccessLogsBucket: this.createAccessLogBucket(stage) as IBucket }),
      removalPolicy: removalPolicy(stage),
    });
    if (!stage.protect) acknowledge(failedRecords, 'noAccessLog');
    const bucketLogicalId = Stack.of(this).getLogicalId(failedRecords.node.defaultChild as CfnBucket);
    acknowledge(role, 'unnamedResources', `Resource::<${bucketLogicalId}.Arn>/*`);
    // its name is generated: a fixed one could be guessed and taken, and would stand in the way of another region's stack
    new StringParameter(this, 'GivenUpBucket', {
      parameterName: resourceNames.parameter('given-up-bucket'),
      stringValue: failedRecords.bucketName,
    });
    const table = Table.fromTableAttributes(this, 'Table', {
      tableName: resourceNames.table,
      tableStreamArn: StringParameter.valueForStringParameter(this, resourceNames.parameter('stream-arn')),
    });
    const source = new DynamoEventSource(table, {
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      parallelizationFactor: 4,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      maxRecordAge: Duration.seconds(MAX_RECORD_AGE_SECONDS),
      // only inserted and updated items with an outbox
      filters: [
        FilterCriteria.filter({
          eventName: FilterRule.or('INSERT', 'MODIFY'),
          dynamodb: { NewImage: { out: { M: { v: { N: FilterRule.exists() } } } } },
        }),
      ],
      // for its alarms: CloudWatch charges for these metrics
      ...(stage.alarms && { metricsConfig: { metrics: [MetricType.EVENT_COUNT] } }),
      onFailure: toFailureDestination(failedRecords),
    });
    publisher.addEventSource(source);

    const iteratorAge = publisher.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: Duration.minutes(1) });
    new AlarmAbove(this, 'LateAlarm', {
      stage,
      metric: iteratorAge,
      threshold: ALARM_ITERATOR_AGE.toMilliseconds(),
      text: 'Events reach the bus more than 5 minutes late.',
      runbook: 'relay-behind',
    });
    const metricOf = (metricName: string) =>
      new Metric({
        namespace: 'AWS/Lambda',
        metricName,
        dimensionsMap: { EventSourceMappingUUID: source.eventSourceMappingId },
      });
    // nobody reports the age of records that nobody reads; the scheduled functions write to the table every minute
    alarmOnSilence(this, 'SilentAlarm', {
      stage,
      metric: metricOf('PolledEventCount').with({ period: SILENT_PERIOD, statistic: Stats.SUM }),
      periods: SILENT_PERIODS,
      text: "Nobody reads the table's stream: the relay's event source is disabled or fails.",
      runbook: 'relay-behind',
    });
    this.alarmOnGivenUpRecords(stage, metricOf, failedRecords);
  }

  /** The alarm on late events ends when the late records are given up. These begin then, whatever the events are. */
  private alarmOnGivenUpRecords(stage: Stage, metricOf: (metricName: string) => Metric, bucket: Bucket) {
    alarmOnCount(this, 'GivenUpAlarm', {
      stage,
      metric: metricOf('OnFailureDestinationDeliveredEventCount'),
      text: 'Events were not published for 23 hours: their records are in the bucket of given-up records.',
      runbook: 'relay-behind',
    });
    alarmOnCount(this, 'DroppedAlarm', {
      stage,
      metric: metricOf('DroppedEventCount'),
      text: 'Events were not published for 23 hours, and their records could not be stored: only the table has them.',
      runbook: 'relay-behind',
    });
    // S3 counts once a day, so this alarm comes late and lasts until every object is published
    new AlarmAbove(this, 'KeptAlarm', {
      stage,
      metric: new Metric({
        namespace: 'AWS/S3',
        metricName: 'NumberOfObjects',
        dimensionsMap: { BucketName: bucket.bucketName, StorageType: 'AllStorageTypes' },
        period: Duration.days(1),
      }),
      threshold: 0,
      text: 'The bucket of given-up records has events that nobody has published.',
      runbook: 'relay-behind',
    });
  }

  /** The log of who reads or changes the failed records. */
  private createAccessLogBucket(stage: Stage): Bucket {
    return new Bucket(this, 'AccessLogs', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [{ expiration: ACCESS_LOG_RETENTION }],
      removalPolicy: removalPolicy(stage),
    });
  }
}

/**
 * Makes the bucket an on-failure destination and grants only what Lambda needs, while the bucket belongs to this account. The CDK's own
 * destination also grants read and delete.
 */
const toFailureDestination = (bucket: Bucket): IEventSourceDlq => ({
  bind(_, { role }) {
    const conditions = { StringEquals: { 'aws:ResourceAccount': Stack.of(bucket).account } };
    for (const [action, resource] of [
      ['s3:PutObject', bucket.arnForObjects('*')],
      ['s3:ListBucket', bucket.bucketArn],
    ] as const)
      role?.addToPrincipalPolicy(new PolicyStatement({ actions: [action], resources: [resource], conditions }));
    return { destination: bucket.bucketArn };
  },
});
