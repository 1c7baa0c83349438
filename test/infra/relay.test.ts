import { describe, expect, test } from 'vitest';
import { names } from '#platform/manifest';
import { allStatements } from './roles.ts';
import { allStages, getOnly, type Json } from './synthesis.ts';

describe.each(allStages())('%s', (stage, synthesis) => {
  const { ofType, stacks } = synthesis;
  const named = names(stage);
  const mapping = getOnly(
    ofType('AWS::Lambda::EventSourceMapping').filter(({ Properties }) => Properties.StartingPosition),
    'event source mapping of the stream',
  );
  const [bucketId] = mapping.Properties.DestinationConfig.OnFailure.Destination['Fn::GetAtt'];
  const bucket = getOnly(
    ofType('AWS::S3::Bucket').filter(({ id }) => id === bucketId),
    'bucket',
  );

  test('loses no record: starts with the oldest, retries until a record is too old, and then moves it to a bucket', () => {
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

  test('is called for writes with events, and never for deletions', () => {
    const [{ Pattern }, ...others] = mapping.Properties.FilterCriteria.Filters;
    expect(others).toEqual([]);
    expect(JSON.parse(Pattern)).toEqual({
      eventName: ['INSERT', 'MODIFY'],
      dynamodb: { NewImage: { out: { M: { v: { N: [{ exists: true }] } } } } },
    });
  });

  test('finds the stream through a parameter', () => {
    const { Parameters } = getOnly(
      stacks.filter(({ name }) => name === mapping.stack),
      mapping.stack,
    ).template;
    expect(Parameters[mapping.Properties.EventSourceArn.Ref]).toEqual({
      Type: 'AWS::SSM::Parameter::Value<String>',
      Default: named.parameter('stream-arn'),
    });
    const parameter = getOnly(
      ofType('AWS::SSM::Parameter').filter(({ Properties }) => Properties.Name === named.parameter('stream-arn')),
      'stream-arn',
    );
    expect(parameter.Properties.Value).toEqual({
      'Fn::GetAtt': [getOnly(ofType('AWS::DynamoDB::Table'), 'table').id, 'StreamArn'],
    });
  });

  test('stores given-up records in a bucket whose name nobody can guess or take, in this account and region only', () => {
    expect(bucket.Properties.BucketName).toBeUndefined();
    const parameter = getOnly(
      ofType('AWS::SSM::Parameter').filter(({ Properties }) => Properties.Name === named.parameter('given-up-bucket')),
      'given-up-bucket',
    );
    expect([parameter.stack, parameter.Properties.Value]).toEqual([bucket.stack, { Ref: bucket.id }]);
    for (const { Action, Condition } of allStatements(synthesis))
      if (Action.some((action) => action.startsWith('s3:')))
        expect(Condition).toEqual({ StringEquals: { 'aws:ResourceAccount': { Ref: 'AWS::AccountId' } } });
  });

  const accessLogs = ofType('AWS::S3::Bucket').filter(({ id }) => id !== bucket.id);

  test.each([bucket, ...accessLogs])('$id is encrypted and never public', ({ Properties }) => {
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

  test('keeps failed records until someone deletes them', () =>
    expect(bucket.Properties.LifecycleConfiguration).toBeUndefined());

  const hasCustomers = stage === 'staging' || stage === 'prod';
  test(hasCustomers ? 'keeps for 90 days who read failed records' : 'has no log of who read failed records', () => {
    const [log] = accessLogs;
    expect(accessLogs).toHaveLength(hasCustomers ? 1 : 0);
    expect(bucket.Properties.LoggingConfiguration).toEqual(log && { DestinationBucketName: { Ref: log.id } });
    expect(log?.Properties.LifecycleConfiguration).toEqual(
      log && { Rules: [{ ExpirationInDays: 90, Status: 'Enabled' }] },
    );
  });

  test("no bucket policy allows anything except S3's access log of the other bucket", () => {
    const allowed = ofType('AWS::S3::BucketPolicy').flatMap(({ Properties }) =>
      Properties.PolicyDocument.Statement.filter(({ Effect }: Json) => Effect !== 'Deny'),
    );
    expect(allowed).toEqual(
      accessLogs.map(({ id }) => ({
        Effect: 'Allow',
        Principal: { Service: 'logging.s3.amazonaws.com' },
        Action: 's3:PutObject',
        Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': [id, 'Arn'] }, '/*']] },
        Condition: {
          ArnLike: { 'aws:SourceArn': { 'Fn::GetAtt': [bucket.id, 'Arn'] } },
          StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
        },
      })),
    );
  });

  test('may write failed records, and neither read nor delete them', () => {
    const s3Actions = allStatements(synthesis)
      .flatMap(({ Action }) => Action)
      .filter((action) => action.startsWith('s3:'));
    expect(s3Actions.sort()).toEqual(['s3:ListBucket', 's3:PutObject']);
    const resourcesOf = (action: string) =>
      allStatements(synthesis)
        .filter(({ Action }) => Action.includes(action))
        .flatMap(({ Resource }) => Resource);
    expect(resourcesOf('s3:PutObject')).toEqual([{ 'Fn::Join': ['', [{ 'Fn::GetAtt': [bucket.id, 'Arn'] }, '/*']] }]);
    expect(resourcesOf('dynamodb:GetRecords')).toEqual([mapping.Properties.EventSourceArn]);
  });

  test(stage === 'dev' ? 'has no alarm' : 'has an alarm for events that are more than five minutes late', () => {
    const alarms = ofType('AWS::CloudWatch::Alarm').filter(({ Properties }) => Properties.MetricName === 'IteratorAge');
    if (stage === 'dev') return expect(alarms).toEqual([]);
    expect(getOnly(alarms, 'alarm').Properties).toMatchObject({
      Threshold: 300_000,
      Period: 60,
      ComparisonOperator: 'GreaterThanThreshold',
      Statistic: 'Maximum',
    });
  });

  test(`${stage === 'dev' ? 'pays for no metrics of' : 'counts what is given up by'} its event source`, () =>
    expect(mapping.Properties.MetricsConfig).toEqual(stage === 'dev' ? undefined : { Metrics: ['EventCount'] }));

  if (stage === 'dev') return;

  const ofSource = { Namespace: 'AWS/Lambda', Period: 300 };
  const source = [{ Name: 'EventSourceMappingUUID', Value: { Ref: mapping.id } }];
  test.each([
    { MetricName: 'OnFailureDestinationDeliveredEventCount', ...ofSource, Dimensions: source },
    { MetricName: 'DroppedEventCount', ...ofSource, Dimensions: source },
    // S3 counts once a day, so that this one lasts until all records are published
    {
      ...{ MetricName: 'NumberOfObjects', Namespace: 'AWS/S3', Period: 86_400 },
      // S3 has this metric for no other type of storage
      Dimensions: [
        { Name: 'BucketName', Value: { Ref: bucket.id } },
        { Name: 'StorageType', Value: 'AllStorageTypes' },
      ],
    },
  ])('has an alarm for the first $MetricName', (watched) => {
    const alarm = getOnly(
      ofType('AWS::CloudWatch::Alarm').filter(({ Properties }) => Properties.MetricName === watched.MetricName),
      watched.MetricName,
    );
    expect(alarm.Properties).toMatchObject({
      ...watched,
      ...{ Threshold: 0, ComparisonOperator: 'GreaterThanThreshold' },
    });
    expect(alarm.Properties.AlarmDescription).toContain('relay-behind.md');
  });
});
