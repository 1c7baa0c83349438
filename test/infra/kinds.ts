import { type Json, pathOf, type Resource, strings } from './synthesis.ts';

/** Types that a summary leaves out. */
export const LEFT_OUT: ReadonlySet<string> = new Set([
  'AWS::CDK::Metadata', // the version of the CDK, for its authors' statistics
  'AWS::ApiGateway::GatewayResponse', // api.test.ts compares each with the catalogue of problems
  'AWS::ApiGateway::Resource', // a part of a path, and each method shows its whole path
]);

/** Writes a value of a template: references by what they refer to, ARNs and names without what all of them share. */
export type Text = (value: Json) => string;

/** What is written of a property; the empty string leaves it out. `owner` is the resource on whose line it is written. */
type Say = (value: Json, text: Text, its: Resource, owner: Resource) => string;

export type Kind = {
  /** The property that holds the resource's name; without one, its logical id is its name. */
  readonly name?: string;
  /** In the order in which they are written. A property that is not here follows as it stands in the template. */
  readonly says?: Readonly<Record<string, Say>>;
  /** What nearly all resources of the type have alike: written once, at the top of a summary, and where one differs. */
  readonly usual?: readonly string[];
};

const leftOut: Say = () => '';
const as =
  (before: string, after = ''): Say =>
  (value, text) =>
    `${before}${text(value)}${after}`;
/** Of what a part belongs to, which needs no word where the part is written on its line. */
const alone =
  (before: string): Say =>
  (value, text, its, owner) =>
    its === owner ? `${before}${text(value)}` : '';
const whenTrue =
  (words: string): Say =>
  (value, text) =>
    value === true ? words : `not ${words}: ${text(value)}`;
/** What is left of an object when the rest of it has been written. */
const rest = (others: Json, text: Text) => (Object.keys(others).length > 0 ? ` ${text(others)}` : '');
const keySchema = (keys: Json) => keys.map(({ AttributeName }: Json) => AttributeName).join('+');
/** The function that API Gateway invokes by this URI. */
const invoked = (uri: string) => /function:([^/]+)\/invocations$/.exec(uri)?.[1] ?? uri;

/** What is written of each type. */
export const KINDS: Readonly<Record<string, Kind>> = {
  'AWS::ApiGateway::Authorizer': {
    says: {
      Name: leftOut,
      RestApiId: leftOut,
      Type: as(''),
      AuthorizerUri: (value, text) => `asks ${invoked(text(value))}`,
      IdentitySource: as('about '),
      AuthorizerResultTtlInSeconds: as('result kept ', ' s'),
    },
  },
  'AWS::ApiGateway::Deployment': { says: { Description: leftOut, RestApiId: as('of ') } },
  'AWS::ApiGateway::Method': {
    says: {
      HttpMethod: leftOut,
      ResourceId: leftOut,
      RestApiId: leftOut,
      AuthorizationType: as('authorization '),
      AuthorizerId: as('by '),
      Integration: ({ Type, IntegrationHttpMethod, Uri, ...others }, text) =>
        Type === 'AWS_PROXY' && IntegrationHttpMethod === 'POST'
          ? `to ${invoked(text(Uri))}${rest(others, text)}`
          : `to ${text({ Type, IntegrationHttpMethod, Uri, ...others })}`,
    },
    usual: ['Permission.Principal', 'Permission.Action', 'Permission.SourceArn'],
  },
  'AWS::ApiGateway::RestApi': { name: 'Name', says: { EndpointConfiguration: as('') } },
  'AWS::ApiGateway::Stage': {
    says: {
      RestApiId: as('of '),
      StageName: leftOut,
      DeploymentId: leftOut,
      MethodSettings: as(''),
      TracingEnabled: whenTrue('traced'),
      AccessLogSetting: ({ Format, DestinationArn }, text) =>
        `logs ${Object.keys(JSON.parse(Format)).join(' ')} to ${text(DestinationArn)}`,
    },
  },
  'AWS::CloudWatch::Alarm': {
    says: {
      Namespace: (value) => value.replace(/^AWS\//, ''),
      MetricName: as(''),
      Dimensions: (value, text) =>
        `of ${value.map(({ Value }: Json) => text(Value).replace(/^Queue /, '')).join(', ')}`,
      Statistic: as(''),
      Threshold: (value, text, { Properties: { ComparisonOperator } }) =>
        `${ComparisonOperator === 'GreaterThanThreshold' ? '>' : ComparisonOperator} ${text(value)}`,
      ComparisonOperator: leftOut,
      Period: as('in ', ' s'),
      EvaluationPeriods: as('periods '),
      TreatMissingData: as('missing data '),
      AlarmActions: as('alarm to '),
      OKActions: as('OK to '),
      AlarmDescription: (value) => /Runbook: docs\/runbooks\/(\S+)$/.exec(value)?.[1] ?? value,
    },
    usual: ['EvaluationPeriods', 'TreatMissingData', 'AlarmActions', 'OKActions'],
  },
  'AWS::DynamoDB::Table': {
    name: 'TableName',
    says: {
      KeySchema: (value) => `key ${keySchema(value)}`,
      AttributeDefinitions: (value, text) =>
        `key types ${text([...new Set(value.map(({ AttributeType }: Json) => AttributeType))])}`,
      GlobalSecondaryIndexes: (value, text) =>
        value
          .map(
            ({ IndexName, KeySchema, Projection: { ProjectionType, NonKeyAttributes = [] }, ...others }: Json) =>
              `index ${[IndexName, keySchema(KeySchema), ProjectionType, ...NonKeyAttributes].join(' ')}${rest(others, text)}`,
          )
          .join('; '),
      BillingMode: as(''),
      DeletionProtectionEnabled: whenTrue('protected from deletion'),
      PointInTimeRecoverySpecification: as(''),
      SSESpecification: as(''),
      StreamSpecification: as(''),
      TimeToLiveSpecification: as('TTL '),
    },
  },
  'AWS::Events::EventBus': { name: 'Name' },
  'AWS::Events::Rule': {
    says: {
      Description: leftOut,
      EventBusName: as('on '),
      EventPattern: ({ 'detail-type': types, ...others }, text) => `for ${types?.join(' ')}${rest(others, text)}`,
      ScheduleExpression: as(''),
      State: as(''),
      Targets: (value, text) =>
        value
          .map(({ Id: _, Arn, DeadLetterConfig, ...others }: Json) => {
            const lost = DeadLetterConfig ? `, undelivered to ${text(DeadLetterConfig.Arn)}` : '';
            return `to ${text(Arn)}${lost}${rest(others, text)}`;
          })
          .join('; '),
    },
    usual: ['EventBusName', 'State'],
  },
  'AWS::IAM::Policy': { says: { PolicyName: leftOut, Roles: alone('of ') } },
  'AWS::IAM::Role': { says: { AssumeRolePolicyDocument: (value, text) => assumedBy(value, text) } },
  'AWS::KMS::Key': { says: { Description: leftOut, EnableKeyRotation: whenTrue('rotated') } },
  'AWS::Lambda::EventInvokeConfig': {
    says: {
      FunctionName: alone('of '),
      Qualifier: leftOut,
      MaximumRetryAttempts: as('asynchronous invocations retried ', ' times'),
    },
  },
  'AWS::Lambda::EventSourceMapping': {
    says: {
      FunctionName: alone('of '),
      EventSourceArn: as('from '),
      BatchSize: as('batches of '),
      FunctionResponseTypes: as(''),
      ScalingConfig: ({ MaximumConcurrency, ...others }, text) =>
        `at most ${MaximumConcurrency} at once${rest(others, text)}`,
      StartingPosition: as(''),
      ParallelizationFactor: as('', ' at once per shard'),
      BisectBatchOnFunctionError: whenTrue('bisected'),
      MaximumRecordAgeInSeconds: as('records up to ', ' s old'),
      DestinationConfig: ({ OnFailure: { Destination }, ...others }, text) =>
        `given up to ${text(Destination)}${rest(others, text)}`,
      FilterCriteria: ({ Filters }) =>
        `only ${Filters.map(({ Pattern }: Json) => Pattern.replaceAll('"', '')).join(' or ')}`,
    },
  },
  'AWS::Lambda::Function': {
    name: 'FunctionName',
    says: {
      Code: leftOut, // changes with every line of code
      Role: leftOut,
      Runtime: as(''),
      Architectures: as(''),
      Handler: as(''),
      MemorySize: as('', ' MB'),
      Timeout: as('', ' s'),
      TracingConfig: ({ Mode, ...others }, text) => `tracing ${Mode}${rest(others, text)}`,
      LoggingConfig: ({ LogGroup: _, ...others }, text) => `logs ${text(others)}`,
      // the names alone: permissions.test.ts compares the values
      Environment: ({ Variables }) => `env ${Object.keys(Variables).join(' ')}`,
    },
    usual: [
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
    says: {
      Principal: as('permits '),
      Action: as('to '),
      FunctionName: (value, text, _, { Type }) => (Type === 'AWS::ApiGateway::Method' ? '' : `on ${text(value)}`),
      SourceArn: (value, text, _, { Type }) =>
        Type === 'AWS::ApiGateway::Method' ? 'from its route alone' : `from ${text(value)}`,
    },
  },
  'AWS::Logs::LogGroup': {
    says: {
      LogGroupName: (value, text, _, { Properties }) =>
        value === `/aws/lambda/${Properties.FunctionName}` ? 'log group /aws/lambda/<name>' : text(value),
      RetentionInDays: as('logs kept ', ' days'),
    },
  },
  'AWS::S3::Bucket': {
    says: {
      BucketEncryption: ({ ServerSideEncryptionConfiguration }, text) => text(ServerSideEncryptionConfiguration),
      PublicAccessBlockConfiguration: (value, text) =>
        Object.keys(value).length === 4 && Object.values(value).every((blocked) => blocked === true)
          ? 'never public'
          : text(value),
      LifecycleConfiguration: ({ Rules }, text) => `lifecycle ${text(Rules)}`,
      LoggingConfiguration: ({ DestinationBucketName, ...others }, text) =>
        `access logs to ${text(DestinationBucketName)}${rest(others, text)}`,
    },
  },
  'AWS::S3::BucketPolicy': { says: { Bucket: alone('of ') } },
  'AWS::SNS::Topic': { name: 'TopicName', says: { KmsMasterKeyId: as('encrypted with ') } },
  'AWS::SNS::TopicPolicy': { says: { Topics: alone('of ') } },
  'AWS::SQS::Queue': {
    name: 'QueueName',
    says: {
      VisibilityTimeout: as('visibility timeout ', ' s'),
      RedrivePolicy: ({ deadLetterTargetArn, maxReceiveCount, ...others }, text) =>
        `after ${maxReceiveCount} receives to ${text(deadLetterTargetArn)}${rest(others, text)}`,
      MessageRetentionPeriod: (value) => `messages kept ${value / 86_400} days`,
      SqsManagedSseEnabled: whenTrue('encrypted by SQS'),
    },
    usual: ['MessageRetentionPeriod', 'SqsManagedSseEnabled', 'TLS'],
  },
  'AWS::SQS::QueuePolicy': { says: { Queues: alone('of ') } },
  'AWS::SSM::Parameter': { name: 'Name', says: { Type: as(''), Value: as('= ') } },
  'AWS::SecretsManager::Secret': {
    name: 'Name',
    says: { Description: leftOut, GenerateSecretString: as('generated ') },
  },
  'AWS::StepFunctions::StateMachine': {
    name: 'StateMachineName',
    says: {
      DefinitionString: leftOut, // a file of its own, which workflows.test.ts validates; the role names its tasks
      RoleArn: leftOut,
      StateMachineType: as(''),
      TracingConfiguration: as('tracing '),
      LoggingConfiguration: ({ Destinations: _, ...others }, text) => `logs ${text(others)}`,
    },
  },
  'AWS::WAFv2::WebACL': {
    name: 'Name',
    says: {
      Scope: as(''),
      DefaultAction: as('default '),
      Rules: (value, text) =>
        value
          .map(
            ({ Name, Priority, Action, OverrideAction, Statement, VisibilityConfig: _, ...others }: Json) =>
              `${Priority} ${Name}: ${text(Action ?? { OverrideAction })} ${text(Statement)}${rest(others, text)}`,
          )
          .join('; '),
      VisibilityConfig: leftOut, // protection.test.ts compares it
    },
  },
};

const assumedBy = (document: Json, text: Text) => {
  const [{ Action, Effect, Principal, ...others }, ...more] = document.Statement;
  const plain =
    Effect === 'Allow' && Action === 'sts:AssumeRole' && more.length === 0 && Object.keys(others).length === 0;
  return plain && Principal.Service ? `assumed by ${Principal.Service}` : `assumed by ${text(document.Statement)}`;
};

const refers = (value: Json): string | undefined => value?.Ref ?? value?.['Fn::GetAtt']?.[0];
const named =
  (property: string) =>
  ({ Properties }: Resource, { id }: Resource): boolean =>
    [Properties[property]].flat().some((value) => refers(value) === id);

/**
 * Whether one resource is a part of another. The parts of a resource are written on its line or below it; what is a part of
 * none, or of several, has a line of its own.
 */
export const PART_OF: Readonly<
  Record<string, (part: Resource, whole: Resource, among: readonly Resource[]) => boolean>
> = {
  'AWS::IAM::Policy': named('Roles'),
  'AWS::IAM::Role': ({ id }, { Properties: { Role, RoleArn, CloudWatchRoleArn } }) =>
    [Role, RoleArn, CloudWatchRoleArn].some((role) => refers(role) === id),
  'AWS::Lambda::EventInvokeConfig': named('FunctionName'),
  'AWS::Lambda::EventSourceMapping': named('FunctionName'),
  'AWS::Lambda::Permission': ({ Properties: { FunctionName, SourceArn } }, { Type, Properties }, among) => {
    if (Type !== 'AWS::ApiGateway::Method') return false;
    const path = pathOf(among, Properties.ResourceId).replace(/{\w+}/g, '*');
    const source: readonly Json[] = SourceArn?.['Fn::Join']?.[1] ?? [];
    const fn = FunctionName['Fn::Join']?.[1].at(-1);
    return (
      source.at(-1) === `/${Properties.HttpMethod}${path}` &&
      source.some((part) => refers(part) === Properties.RestApiId.Ref) &&
      Properties.Integration.Uri['Fn::Join'][1].at(-1) === `${fn}/invocations`
    );
  },
  'AWS::Logs::LogGroup': ({ id }, { Properties: { LoggingConfig, LoggingConfiguration, AccessLogSetting } }) =>
    [
      LoggingConfig?.LogGroup,
      AccessLogSetting?.DestinationArn,
      ...strings(LoggingConfiguration?.Destinations).map((one: Json) => one.CloudWatchLogsLogGroup?.LogGroupArn),
    ].some((group) => refers(group) === id),
  'AWS::S3::BucketPolicy': named('Bucket'),
  'AWS::SNS::TopicPolicy': named('Topics'),
  'AWS::SQS::QueuePolicy': named('Queues'),
};
