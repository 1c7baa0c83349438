import { describe, expect, test } from 'vitest';
import { names } from '#platform/manifest';
import { allStatements } from './roles.ts';
import { everyStage, type Json, only } from './synthesis.ts';

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
      BatchSize: 100,
      ParallelizationFactor: 4,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRecordAgeInSeconds: 23 * 3_600,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [bucket.id, 'Arn'] } } },
    });
    expect(mapping.Properties.MaximumRetryAttempts).toBeUndefined();
    expect(mapping.Properties.Enabled ?? true).toBe(true);
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

  const logs = only(
    ofType('AWS::S3::Bucket').filter(({ id }) => id !== bucket.id),
    'bucket of access logs',
  );

  test.each([bucket, logs])('$id is encrypted and never public', ({ Properties }) => {
    expect(Properties).toMatchObject({
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

  test('keeps what it gives up until someone removes it, and for 90 days who has read it', () => {
    expect(bucket.Properties.LoggingConfiguration).toEqual({ DestinationBucketName: { Ref: logs.id } });
    expect(bucket.Properties.LifecycleConfiguration).toBeUndefined();
    expect(logs.Properties.LifecycleConfiguration).toEqual({ Rules: [{ ExpirationInDays: 90, Status: 'Enabled' }] });
  });

  test("no policy of a bucket lets in anyone but S3's own log of the other bucket", () => {
    const allowing = ofType('AWS::S3::BucketPolicy').flatMap(({ Properties }) =>
      Properties.PolicyDocument.Statement.filter(({ Effect }: Json) => Effect !== 'Deny'),
    );
    expect(allowing).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'logging.s3.amazonaws.com' },
        Action: 's3:PutObject',
        Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': [logs.id, 'Arn'] }, '/*']] },
        Condition: {
          ArnLike: { 'aws:SourceArn': { 'Fn::GetAtt': [bucket.id, 'Arn'] } },
          StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
        },
      },
    ]);
  });

  test('may put what it gives up, and neither read nor remove it', () => {
    const onS3 = allStatements(synthesis)
      .flatMap(({ Action }) => Action)
      .filter((action) => action.startsWith('s3:'));
    expect(onS3.sort()).toEqual(['s3:ListBucket', 's3:PutObject']);
    const on = (action: string) =>
      allStatements(synthesis)
        .filter(({ Action }) => Action.includes(action))
        .flatMap(({ Resource }) => Resource);
    expect(on('s3:PutObject')).toEqual([{ 'Fn::Join': ['', [{ 'Fn::GetAtt': [bucket.id, 'Arn'] }, '/*']] }]);
    expect(on('dynamodb:GetRecords')).toEqual([mapping.Properties.EventSourceArn]);
  });

  test(`alarms when events are more than five minutes late${stage === 'dev' ? ', but on dev' : ''}`, () => {
    const alarms = ofType('AWS::CloudWatch::Alarm').filter(({ Properties }) => Properties.MetricName === 'IteratorAge');
    if (stage === 'dev') return expect(alarms).toEqual([]);
    expect(only(alarms, 'alarm').Properties).toMatchObject({
      Threshold: 300_000,
      Period: 60,
      ComparisonOperator: 'GreaterThanThreshold',
      Statistic: 'Maximum',
    });
  });
});
