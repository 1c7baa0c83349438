import { describe, expect, test } from 'vitest';
import { names } from '#shared/manifest';
import { allStatements } from './roles.ts';
import { everyStage, only } from './synthesis.ts';

describe.each(everyStage())('%s', (stage, synthesis) => {
  const { ofType, stacks } = synthesis;
  const by = names(stage);
  const mapping = only(
    ofType('AWS::Lambda::EventSourceMapping').filter(({ Properties }) => Properties.StartingPosition),
    'mapping of the stream',
  );
  const bucket = only(
    ofType('AWS::S3::Bucket').filter(({ Properties }) => Properties.LoggingConfiguration),
    'bucket',
  );

  test('loses no record: from the oldest on, until it works or is too old, and then to a bucket', () => {
    expect(mapping.Properties).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRecordAgeInSeconds: 23 * 3_600,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [bucket.id, 'Arn'] } } },
    });
    expect(mapping.Properties.MaximumRetryAttempts).toBeUndefined();
  });

  test('is called for writes that carry events, and never for removals', () => {
    const [{ Pattern }, ...others] = mapping.Properties.FilterCriteria.Filters;
    expect(others).toEqual([]);
    expect(JSON.parse(Pattern)).toEqual({
      eventName: ['INSERT', 'MODIFY'],
      dynamodb: { NewImage: { out: { M: { v: { N: [{ exists: true }] } } } } },
    });
  });

  test('finds the stream by a parameter', () => {
    const { Parameters } = only(
      stacks.filter(({ name }) => name === mapping.stack),
      mapping.stack,
    ).template;
    expect(Parameters[mapping.Properties.EventSourceArn.Ref]).toEqual({
      Type: 'AWS::SSM::Parameter::Value<String>',
      Default: by.parameter('stream-arn'),
    });
    const parameter = only(
      ofType('AWS::SSM::Parameter').filter(({ Properties }) => Properties.Name === by.parameter('stream-arn')),
      'stream-arn',
    );
    expect(parameter.Properties.Value).toEqual({
      'Fn::GetAtt': [only(ofType('AWS::DynamoDB::Table'), 'table').id, 'StreamArn'],
    });
  });

  test('keeps what it gives up to itself', () => {
    expect(bucket.Properties).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
  });

  test('may put what it gives up, and neither read nor remove it', () => {
    const onS3 = allStatements(synthesis)
      .flatMap(({ Action }) => Action)
      .filter((action) => action.startsWith('s3:'));
    expect(onS3.sort()).toEqual(['s3:ListBucket', 's3:PutObject']);
  });

  test(`alarms when events are more than five minutes late${stage === 'dev' ? ', but on dev' : ''}`, () => {
    const alarms = ofType('AWS::CloudWatch::Alarm').filter(({ Properties }) => Properties.MetricName === 'IteratorAge');
    if (stage === 'dev') return expect(alarms).toEqual([]);
    expect(only(alarms, 'alarm').Properties).toMatchObject({
      Threshold: 300_000,
      ComparisonOperator: 'GreaterThanThreshold',
      Statistic: 'Maximum',
    });
  });
});
