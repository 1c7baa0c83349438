import {
  assumedBy,
  flag,
  formatRemaining,
  invokedFunction,
  keySchema,
  labelled,
  ofOwner,
  omitted,
  type TypeFormat,
} from './property-formats.ts';
import type { Json } from './synthesis.ts';

/** Types that a summary leaves out. */
export const OMITTED_TYPES: ReadonlySet<string> = new Set([
  'AWS::CDK::Metadata', // the version of the CDK, for its authors' statistics
  'AWS::ApiGateway::GatewayResponse', // api.test.ts compares each with the catalogue of problems
  'AWS::ApiGateway::Resource', // a segment of a path; each method shows its whole path
]);

/** The format of each type. */
export const TYPE_FORMATS: Readonly<Record<string, TypeFormat>> = {
  'AWS::ApiGateway::Authorizer': {
    properties: {
      Name: omitted,
      RestApiId: omitted,
      Type: labelled(''),
      AuthorizerUri: (value, format) => `calls ${invokedFunction(format(value))}`,
      IdentitySource: labelled('token in '),
      AuthorizerResultTtlInSeconds: labelled('result cached ', ' s'),
    },
  },
  'AWS::ApiGateway::Deployment': { properties: { Description: omitted, RestApiId: labelled('of ') } },
  'AWS::ApiGateway::Method': {
    properties: {
      HttpMethod: omitted,
      ResourceId: omitted,
      RestApiId: omitted,
      AuthorizationType: labelled('authorization '),
      AuthorizerId: labelled('by '),
      Integration: ({ Type, IntegrationHttpMethod, Uri, ...remaining }, format) =>
        Type === 'AWS_PROXY' && IntegrationHttpMethod === 'POST'
          ? `to ${invokedFunction(format(Uri))}${formatRemaining(remaining, format)}`
          : `to ${format({ Type, IntegrationHttpMethod, Uri, ...remaining })}`,
    },
    common: ['Permission.Principal', 'Permission.Action', 'Permission.SourceArn'],
  },
  'AWS::ApiGateway::RestApi': { name: 'Name', properties: { EndpointConfiguration: labelled('') } },
  'AWS::ApiGateway::Stage': {
    properties: {
      RestApiId: labelled('of '),
      StageName: omitted,
      DeploymentId: omitted,
      MethodSettings: labelled(''),
      TracingEnabled: flag('traced'),
      AccessLogSetting: ({ Format, DestinationArn }, format) =>
        `logs ${Object.keys(JSON.parse(Format)).join(' ')} to ${format(DestinationArn)}`,
    },
  },
  'AWS::CloudWatch::Alarm': {
    properties: {
      Namespace: (value) => value.replace(/^AWS\//, ''),
      MetricName: labelled(''),
      Dimensions: (value, format) =>
        `of ${value.map(({ Value }: Json) => format(Value).replace(/^Queue /, '')).join(', ')}`,
      Statistic: labelled(''),
      Threshold: (
        value,
        format,
        {
          resource: {
            Properties: { ComparisonOperator },
          },
        },
      ) => `${ComparisonOperator === 'GreaterThanThreshold' ? '>' : ComparisonOperator} ${format(value)}`,
      ComparisonOperator: omitted,
      Period: labelled('in ', ' s'),
      EvaluationPeriods: labelled('periods '),
      TreatMissingData: labelled('missing data '),
      AlarmActions: labelled('alarm to '),
      OKActions: labelled('OK to '),
      AlarmDescription: (value) => /Runbook: docs\/runbooks\/(\S+)$/.exec(value)?.[1] ?? value,
    },
    common: ['EvaluationPeriods', 'TreatMissingData', 'AlarmActions', 'OKActions'],
  },
  'AWS::DynamoDB::Table': {
    name: 'TableName',
    properties: {
      KeySchema: (value) => `key ${keySchema(value)}`,
      AttributeDefinitions: (value, format) =>
        `key types ${format([...new Set(value.map(({ AttributeType }: Json) => AttributeType))])}`,
      GlobalSecondaryIndexes: (value, format) =>
        value
          .map(
            ({ IndexName, KeySchema, Projection: { ProjectionType, NonKeyAttributes = [] }, ...remaining }: Json) =>
              `index ${[IndexName, keySchema(KeySchema), ProjectionType, ...NonKeyAttributes].join(' ')}${formatRemaining(remaining, format)}`,
          )
          .join('; '),
      BillingMode: labelled(''),
      DeletionProtectionEnabled: flag('protected from deletion'),
      PointInTimeRecoverySpecification: labelled(''),
      SSESpecification: labelled(''),
      StreamSpecification: labelled(''),
      TimeToLiveSpecification: labelled('TTL '),
    },
  },
  'AWS::Events::EventBus': { name: 'Name' },
  'AWS::Events::Rule': {
    properties: {
      Description: omitted,
      EventBusName: labelled('on '),
      EventPattern: ({ 'detail-type': types, ...remaining }, format) =>
        `for ${types?.join(' ')}${formatRemaining(remaining, format)}`,
      ScheduleExpression: labelled(''),
      State: labelled(''),
      Targets: (value, format) =>
        value
          .map(({ Id: _, Arn, DeadLetterConfig, ...remaining }: Json) => {
            const deadLetters = DeadLetterConfig ? `, rule dead letters to ${format(DeadLetterConfig.Arn)}` : '';
            return `to ${format(Arn)}${deadLetters}${formatRemaining(remaining, format)}`;
          })
          .join('; '),
    },
    common: ['EventBusName', 'State'],
  },
  'AWS::IAM::Policy': { properties: { PolicyName: omitted, Roles: ofOwner('of ') } },
  'AWS::IAM::Role': { properties: { AssumeRolePolicyDocument: assumedBy } },
  'AWS::KMS::Key': { properties: { Description: omitted, EnableKeyRotation: flag('rotated') } },
  'AWS::Lambda::EventInvokeConfig': {
    properties: {
      FunctionName: ofOwner('of '),
      Qualifier: omitted,
      MaximumRetryAttempts: labelled('asynchronous invocations retried ', ' times'),
    },
  },
  'AWS::Lambda::EventSourceMapping': {
    properties: {
      FunctionName: ofOwner('of '),
      EventSourceArn: labelled('from '),
      BatchSize: labelled('batches of '),
      FunctionResponseTypes: labelled(''),
      ScalingConfig: ({ MaximumConcurrency, ...remaining }, format) =>
        `at most ${MaximumConcurrency} concurrent${formatRemaining(remaining, format)}`,
      StartingPosition: labelled(''),
      ParallelizationFactor: labelled('', ' concurrent per shard'),
      BisectBatchOnFunctionError: flag('bisected'),
      MaximumRecordAgeInSeconds: labelled('records up to ', ' s old'),
      DestinationConfig: ({ OnFailure: { Destination }, ...remaining }, format) =>
        `failed records to ${format(Destination)}${formatRemaining(remaining, format)}`,
      FilterCriteria: ({ Filters }) =>
        `filter ${Filters.map(({ Pattern }: Json) => Pattern.replaceAll('"', '')).join(' or ')}`,
    },
  },
  'AWS::Lambda::Function': {
    name: 'FunctionName',
    properties: {
      Code: omitted, // changes with every line of code
      Role: omitted,
      Runtime: labelled(''),
      Architectures: labelled(''),
      Handler: labelled(''),
      MemorySize: labelled('', ' MB'),
      Timeout: labelled('', ' s'),
      TracingConfig: ({ Mode, ...remaining }, format) => `tracing ${Mode}${formatRemaining(remaining, format)}`,
      LoggingConfig: ({ LogGroup: _, ...remaining }, format) => `logs ${format(remaining)}`,
      // only the names: permissions.test.ts compares the values
      Environment: ({ Variables }) => `env ${Object.keys(Variables).join(' ')}`,
    },
    common: [
      'Runtime',
      'Architectures',
      'Handler',
      'MemorySize',
      'LoggingConfig',
      'LogGroup.LogGroupName',
      'LogGroup.RetentionInDays',
      'Role.AssumeRolePolicyDocument',
      'may logs',
      'may xray',
    ],
  },
  'AWS::Lambda::Permission': {
    properties: {
      Principal: labelled('permits '),
      Action: labelled('to '),
      FunctionName: (value, format, { owner }) =>
        owner.Type === 'AWS::ApiGateway::Method' ? '' : `on ${format(value)}`,
      SourceArn: (value, format, { owner }) =>
        owner.Type === 'AWS::ApiGateway::Method' ? 'for its route only' : `from ${format(value)}`,
    },
  },
  'AWS::Logs::LogGroup': {
    properties: {
      LogGroupName: (value, format, { owner }) =>
        value === `/aws/lambda/${owner.Properties.FunctionName}` ? 'log group /aws/lambda/<name>' : format(value),
      RetentionInDays: labelled('logs retained ', ' days'),
    },
  },
  'AWS::S3::Bucket': {
    properties: {
      BucketEncryption: ({ ServerSideEncryptionConfiguration }, format) => format(ServerSideEncryptionConfiguration),
      PublicAccessBlockConfiguration: (value, format) =>
        Object.keys(value).length === 4 && Object.values(value).every((blocked) => blocked === true)
          ? 'public access blocked'
          : format(value),
      LifecycleConfiguration: ({ Rules }, format) => `lifecycle ${format(Rules)}`,
      LoggingConfiguration: ({ DestinationBucketName, ...remaining }, format) =>
        `access logs to ${format(DestinationBucketName)}${formatRemaining(remaining, format)}`,
    },
  },
  'AWS::S3::BucketPolicy': { properties: { Bucket: ofOwner('of ') } },
  'AWS::SNS::Topic': { name: 'TopicName', properties: { KmsMasterKeyId: labelled('encrypted with ') } },
  'AWS::SNS::TopicPolicy': { properties: { Topics: ofOwner('of ') } },
  'AWS::SQS::Queue': {
    name: 'QueueName',
    properties: {
      VisibilityTimeout: labelled('visibility timeout ', ' s'),
      RedrivePolicy: ({ deadLetterTargetArn, maxReceiveCount, ...remaining }, format) =>
        `after ${maxReceiveCount} receives to ${format(deadLetterTargetArn)}${formatRemaining(remaining, format)}`,
      MessageRetentionPeriod: (value) => `messages retained ${value / 86_400} days`,
      SqsManagedSseEnabled: flag('encrypted by SQS'),
    },
    common: ['MessageRetentionPeriod', 'SqsManagedSseEnabled', 'TLS'],
  },
  'AWS::SQS::QueuePolicy': { properties: { Queues: ofOwner('of ') } },
  'AWS::SSM::Parameter': { name: 'Name', properties: { Type: labelled(''), Value: labelled('= ') } },
  'AWS::SecretsManager::Secret': {
    name: 'Name',
    properties: { Description: omitted, GenerateSecretString: labelled('generated ') },
  },
  'AWS::StepFunctions::StateMachine': {
    name: 'StateMachineName',
    properties: {
      DefinitionString: omitted, // workflows.test.ts validates it, and the role names its tasks
      RoleArn: omitted,
      StateMachineType: labelled(''),
      TracingConfiguration: labelled('tracing '),
      LoggingConfiguration: ({ Destinations: _, ...remaining }, format) => `logs ${format(remaining)}`,
    },
  },
  'AWS::WAFv2::WebACL': {
    name: 'Name',
    properties: {
      Scope: labelled(''),
      DefaultAction: labelled('default '),
      Rules: (value, format) =>
        value
          .map(
            ({ Name, Priority, Action, OverrideAction, Statement, VisibilityConfig: _, ...remaining }: Json) =>
              `${Priority} ${Name}: ${format(Action ?? { OverrideAction })} ${format(Statement)}${formatRemaining(remaining, format)}`,
          )
          .join('; '),
      VisibilityConfig: omitted, // protection.test.ts compares it
    },
  },
};
