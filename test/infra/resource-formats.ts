import {
  booleanLabel,
  formatDimensions,
  formatKeySchema,
  formatRemaining,
  formatTrustPolicy,
  formatWatchedMetrics,
  omitted,
  ownerLabel,
  shortMetricName,
  type TypeFormat,
  toFunctionName,
  withLabel,
} from './property-formats.ts';
import type { Json, Resource } from './synthesis.ts';

/** CloudFormation resource types that the summaries omit. */
const OMITTED_TYPES: ReadonlySet<string> = new Set([
  'AWS::CDK::Metadata', // CDK usage analytics
  'AWS::ApiGateway::GatewayResponse', // api.test.ts compares each with the catalogue of problems
  'AWS::ApiGateway::ApiKey', // api.test.ts checks each gateway key and its place in the plan
  'AWS::ApiGateway::UsagePlanKey',
  'AWS::ApiGateway::Resource', // one path segment; the method's line shows the full path
]);

/** Whether the summaries omit this resource. api.test.ts compares each 405 with the methods that its path has. */
export const isOmitted = ({ Type, Properties }: Resource): boolean =>
  OMITTED_TYPES.has(Type) || (Type === 'AWS::ApiGateway::Method' && Properties.Integration?.Type === 'MOCK');

const COMPARISONS: Readonly<Record<string, string>> = { GreaterThanThreshold: '>', LessThanThreshold: '<' };

/** How a summary prints each resource type. Properties appear in this order. */
export const TYPE_FORMATS: Readonly<Record<string, TypeFormat>> = {
  'AWS::ApiGateway::Authorizer': {
    properties: {
      Name: omitted,
      RestApiId: omitted,
      Type: withLabel(''),
      AuthorizerUri: (value, format) => `calls ${toFunctionName(format(value))}`,
      IdentitySource: withLabel('token in '),
      AuthorizerResultTtlInSeconds: withLabel('result cached ', ' s'),
    },
  },
  'AWS::ApiGateway::Deployment': { properties: { Description: omitted, RestApiId: withLabel('of ') } },
  'AWS::ApiGateway::Method': {
    properties: {
      HttpMethod: omitted,
      ResourceId: omitted,
      RestApiId: omitted,
      AuthorizationType: withLabel('authorization '),
      AuthorizerId: withLabel('by '),
      ApiKeyRequired: booleanLabel('with a gateway key'),
      Integration: ({ Type, IntegrationHttpMethod, Uri, ...remaining }, format) =>
        Type === 'AWS_PROXY' && IntegrationHttpMethod === 'POST'
          ? `to ${toFunctionName(format(Uri))}${formatRemaining(remaining, format)}`
          : `to ${format({ Type, IntegrationHttpMethod, Uri, ...remaining })}`,
    },
    sharedProperties: ['Permission.Principal', 'Permission.Action', 'Permission.SourceArn'],
  },
  'AWS::ApiGateway::RestApi': {
    nameProperty: 'Name',
    properties: { EndpointConfiguration: withLabel(''), ApiKeySourceType: withLabel('gateway key from ') },
  },
  'AWS::ApiGateway::Stage': {
    properties: {
      RestApiId: withLabel('of '),
      StageName: omitted,
      DeploymentId: omitted,
      MethodSettings: withLabel(''),
      TracingEnabled: booleanLabel('traced'),
      AccessLogSetting: ({ Format, DestinationArn }, format) =>
        `logs ${Object.keys(JSON.parse(Format)).join(' ')} to ${format(DestinationArn).replace(/^log-group:/, '')}`,
    },
  },
  'AWS::ApiGateway::UsagePlan': {
    nameProperty: 'UsagePlanName',
    properties: { ApiStages: withLabel('of '), Throttle: withLabel('each gateway key ') },
  },
  'AWS::CloudWatch::Alarm': {
    properties: {
      Metrics: formatWatchedMetrics,
      Namespace: (value, _, { resource, owner }) => (resource === owner ? value.replace(/^AWS\//, '') : ''),
      MetricName: shortMetricName,
      Dimensions: (value, format, where) =>
        where.resource === where.owner ? formatDimensions(value, format, where) : '',
      Statistic: withLabel(''),
      Threshold: (value, format, { resource }) => {
        const { ComparisonOperator } = resource.Properties;
        return `${COMPARISONS[ComparisonOperator] ?? ComparisonOperator} ${format(value)}`;
      },
      ComparisonOperator: omitted,
      Period: withLabel('in ', ' s'),
      // the usual: one period, in which missing data raises nothing
      EvaluationPeriods: (value) => (value === 1 ? '' : `periods ${value}`),
      TreatMissingData: (value) => (value === 'notBreaching' ? '' : `missing data ${value}`),
      AlarmActions: withLabel('alarm to '),
      OKActions: withLabel('OK to '),
      AlarmDescription: (value) => /Runbook: docs\/runbooks\/(\S+)$/.exec(value)?.[1] ?? value,
    },
    sharedProperties: ['AlarmActions', 'OKActions'],
  },
  'AWS::DynamoDB::Table': {
    nameProperty: 'TableName',
    properties: {
      KeySchema: (value) => `key ${formatKeySchema(value)}`,
      AttributeDefinitions: (value, format) =>
        `key types ${format([...new Set(value.map(({ AttributeType }: Json) => AttributeType))])}`,
      GlobalSecondaryIndexes: (value, format) =>
        value
          .map(
            ({ IndexName, KeySchema, Projection: { ProjectionType, NonKeyAttributes = [] }, ...remaining }: Json) =>
              `index ${[IndexName, formatKeySchema(KeySchema), ProjectionType, ...NonKeyAttributes].join(' ')}${formatRemaining(remaining, format)}`,
          )
          .join('; '),
      BillingMode: withLabel(''),
      DeletionProtectionEnabled: booleanLabel('protected from deletion'),
      PointInTimeRecoverySpecification: withLabel(''),
      SSESpecification: withLabel(''),
      StreamSpecification: withLabel(''),
      TimeToLiveSpecification: withLabel('TTL '),
    },
  },
  'AWS::Events::EventBus': { nameProperty: 'Name' },
  'AWS::Events::Rule': {
    properties: {
      Description: omitted,
      EventBusName: withLabel('on '),
      EventPattern: ({ 'detail-type': types, ...remaining }, format) =>
        `for ${types?.join(' ')}${formatRemaining(remaining, format)}`,
      ScheduleExpression: withLabel(''),
      State: withLabel(''),
      Targets: (value, format) =>
        value
          .map(({ Id: _, Arn, DeadLetterConfig, RetryPolicy, SqsParameters, InputTransformer, ...remaining }: Json) => {
            const group = SqsParameters ? ` in message group ${SqsParameters.MessageGroupId}` : '';
            const deadLetters = DeadLetterConfig ? `, undeliverable events to ${format(DeadLetterConfig.Arn)}` : '';
            const isRetried = JSON.stringify(RetryPolicy) !== '{"MaximumRetryAttempts":0}';
            const others = RetryPolicy && isRetried ? { RetryPolicy, ...remaining } : remaining;
            // workers.test.ts compares what it becomes
            const input = InputTransformer ? 'transformed ' : '';
            return `${input}to ${format(Arn)}${group}${deadLetters}${isRetried ? '' : ' without retries'}${formatRemaining(others, format)}`;
          })
          .join('; '),
    },
    sharedProperties: ['State'],
  },
  'AWS::IAM::Policy': { properties: { PolicyName: omitted, Roles: ownerLabel('of ') } },
  'AWS::IAM::Role': { properties: { AssumeRolePolicyDocument: formatTrustPolicy } },
  'AWS::KMS::Key': { properties: { Description: omitted, EnableKeyRotation: booleanLabel('rotated') } },
  'AWS::Lambda::EventInvokeConfig': {
    properties: {
      FunctionName: ownerLabel('of '),
      Qualifier: omitted,
      MaximumRetryAttempts: withLabel('at most ', ' retries of asynchronous invocations'),
      MaximumEventAgeInSeconds: withLabel('none older than ', ' s'),
    },
  },
  'AWS::Lambda::EventSourceMapping': {
    properties: {
      FunctionName: ownerLabel('of '),
      EventSourceArn: withLabel('from '),
      BatchSize: withLabel('batches of '),
      FunctionResponseTypes: withLabel(''),
      ScalingConfig: ({ MaximumConcurrency, ...remaining }, format) =>
        `at most ${MaximumConcurrency} concurrent${formatRemaining(remaining, format)}`,
      StartingPosition: withLabel(''),
      ParallelizationFactor: withLabel('', ' concurrent per shard'),
      BisectBatchOnFunctionError: booleanLabel('bisected on error'),
      MaximumRecordAgeInSeconds: withLabel('records up to ', ' s old'),
      MetricsConfig: ({ Metrics, ...remaining }, format) =>
        `counts ${Metrics.join(' ')}${formatRemaining(remaining, format)}`,
      DestinationConfig: ({ OnFailure: { Destination }, ...remaining }, format) =>
        `failed records to ${format(Destination)}${formatRemaining(remaining, format)}`,
      FilterCriteria: ({ Filters }) =>
        `filter ${Filters.map(({ Pattern }: Json) => Pattern.replaceAll('"', '')).join(' or ')}`,
    },
  },
  'AWS::Lambda::Function': {
    nameProperty: 'FunctionName',
    properties: {
      Code: omitted, // changes with every line of code
      Role: omitted,
      Runtime: withLabel(''),
      Architectures: withLabel(''),
      Handler: withLabel(''),
      MemorySize: withLabel('', ' MB'),
      ReservedConcurrentExecutions: withLabel('reserved concurrency '),
      Timeout: withLabel('', ' s'),
      TracingConfig: ({ Mode, ...remaining }, format) => `tracing ${Mode}${formatRemaining(remaining, format)}`,
      LoggingConfig: ({ LogGroup: _, ...remaining }, format) => `logs ${format(remaining)}`,
      // only the names: permissions.test.ts compares the values
      Environment: ({ Variables }) => `env ${Object.keys(Variables).join(' ')}`,
    },
    sharedProperties: [
      'Runtime',
      'Architectures',
      'Handler',
      'MemorySize',
      'LoggingConfig',
      'LogGroup.LogGroupName',
      'LogGroup.RetentionInDays',
      'LogGroup.DeletionPolicy',
      'Role.AssumeRolePolicyDocument',
      'may logs',
      'may xray',
    ],
  },
  'AWS::Lambda::Permission': {
    properties: {
      Principal: (value, format, { owner }) =>
        owner.Type === 'AWS::Events::Rule' && value === 'events.amazonaws.com' ? '' : `permits ${format(value)}`,
      Action: (value, format, { owner }) =>
        owner.Type === 'AWS::Events::Rule' && value === 'lambda:InvokeFunction' ? '' : `to ${format(value)}`,
      FunctionName: (value, format, { owner }) => {
        if (owner.Type === 'AWS::Events::Rule') return `may invoke ${format(value)}`;
        return owner.Type === 'AWS::ApiGateway::Method' ? '' : `on ${format(value)}`;
      },
      SourceArn: (value, format, { owner }) => {
        if (owner.Type === 'AWS::Events::Rule') return '';
        return owner.Type === 'AWS::ApiGateway::Method' ? 'for its route only' : `from ${format(value)}`;
      },
    },
  },
  'AWS::Logs::LogGroup': {
    properties: {
      LogGroupName: (value, format, { owner }) =>
        value === `/aws/lambda/${owner.Properties.FunctionName}` ? 'log group /aws/lambda/<name>' : format(value),
      RetentionInDays: withLabel('log retention ', ' days'),
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
  'AWS::S3::BucketPolicy': { properties: { Bucket: ownerLabel('of ') } },
  'AWS::SES::ConfigurationSet': {
    nameProperty: 'Name',
    properties: {
      SuppressionOptions: ({ SuppressedReasons }, format) => `suppresses after ${format(SuppressedReasons)}`,
    },
  },
  'AWS::SES::ConfigurationSetEventDestination': {
    properties: {
      ConfigurationSetName: omitted,
      EventDestination: (
        { Enabled, MatchingEventTypes, CloudWatchDestination, EventBridgeDestination, ...remaining },
        format,
      ) =>
        EventBridgeDestination && Enabled
          ? `publishes ${MatchingEventTypes.join(' ')} on ${format(EventBridgeDestination.EventBusArn)}${formatRemaining(remaining, format)}`
          : CloudWatchDestination && Enabled
            ? `counts ${MatchingEventTypes.join(' ')} by ${CloudWatchDestination.DimensionConfigurations.map(({ DimensionName }: Json) => DimensionName).join(' ')}${formatRemaining(remaining, format)}`
            : format({ Enabled, MatchingEventTypes, CloudWatchDestination, EventBridgeDestination, ...remaining }),
    },
  },
  'AWS::SNS::Subscription': {
    properties: { TopicArn: ownerLabel('to '), Protocol: withLabel('sends '), Endpoint: withLabel('to ') },
  },
  'AWS::SNS::Topic': { nameProperty: 'TopicName', properties: { KmsMasterKeyId: withLabel('encrypted with ') } },
  'AWS::SNS::TopicPolicy': { properties: { Topics: ownerLabel('of ') } },
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    properties: {
      VisibilityTimeout: withLabel('visibility timeout ', ' s'),
      RedrivePolicy: ({ deadLetterTargetArn, maxReceiveCount, ...remaining }, format) =>
        `after ${maxReceiveCount} receives to ${format(deadLetterTargetArn)}${formatRemaining(remaining, format)}`,
      MessageRetentionPeriod: (value) => `messages retained ${value / 86_400} days`,
      SqsManagedSseEnabled: booleanLabel('encrypted by SQS'),
    },
    sharedProperties: ['MessageRetentionPeriod', 'SqsManagedSseEnabled', 'TLS', 'DeletionPolicy'],
  },
  'AWS::SQS::QueuePolicy': { properties: { Queues: ownerLabel('of ') } },
  'AWS::SSM::Parameter': { nameProperty: 'Name', properties: { Type: withLabel(''), Value: withLabel('= ') } },
  'AWS::SecretsManager::Secret': {
    nameProperty: 'Name',
    properties: { Description: omitted, GenerateSecretString: withLabel('generated ') },
  },
  'AWS::StepFunctions::StateMachine': {
    nameProperty: 'StateMachineName',
    properties: {
      DefinitionString: omitted, // workflows.test.ts validates it, and the role's policy lists the functions that it invokes
      RoleArn: omitted,
      StateMachineType: withLabel(''),
      TracingConfiguration: withLabel('tracing '),
      LoggingConfiguration: ({ Destinations: _, ...remaining }, format) => `logs ${format(remaining)}`,
    },
  },
  'AWS::WAFv2::WebACL': {
    nameProperty: 'Name',
    properties: {
      Scope: withLabel(''),
      DefaultAction: withLabel('default '),
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
