import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, S3OnFailureDestination } from 'aws-cdk-lib/aws-lambda-event-sources';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { names } from '#shared/manifest';
import { removalPolicy } from '../removal.ts';
import { alarmAbove } from './alarm.ts';
import { ContextFunction, type ContextFunctionProps } from './function.ts';

/** Below the 24 hours that a stream keeps a record, so that what is given up reaches the bucket instead of nothing. */
const GIVEN_UP_AFTER = Duration.hours(23);
const LATE = Duration.minutes(5);

/**
 * Brings what the table's writes carry in `out` to the function, in order per partition, until it succeeds or the record is
 * too old; a record that is given up lies, whole, in a bucket.
 */
export class Relay extends Construct {
  constructor(scope: Construct, name: string, props: ContextFunctionProps) {
    super(scope, name);
    const { stage } = props.deployment;
    const by = names(stage.name);
    const { lambda } = new ContextFunction(this, 'Publisher', props);

    const givenUp = new Bucket(this, 'GivenUp', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: removalPolicy(stage),
    });
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
        onFailure: new S3OnFailureDestination(givenUp as IBucket),
      }),
    );

    const age = lambda.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: Duration.minutes(1) });
    alarmAbove(this, 'LateAlarm', stage, LATE.toMilliseconds(), age, 'Events reach the bus more than 5 minutes late');
  }
}
