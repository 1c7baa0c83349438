import { type Json, pathOf, type Resource, toList } from './synthesis.ts';

/** The logical id of the resource that a value refers to. */
const referencedId = (value: Json): string | undefined => value?.Ref ?? value?.['Fn::GetAtt']?.[0];
const isReferencedIn =
  (property: string) =>
  ({ Properties }: Resource, { id }: Resource): boolean =>
    [Properties[property]].flat().some((value) => referencedId(value) === id);

/** Decides whether a resource is a part of another resource of the same stack. */
type IsPartOf = (part: Resource, whole: Resource, resources: readonly Resource[]) => boolean;

/**
 * By type, whether a resource is a part of another. A summary shows the parts of a resource on its line or below it. A resource that
 * is a part of none or of several has its own line.
 */
export const PART_OF: Readonly<Record<string, IsPartOf>> = {
  'AWS::CloudWatch::Alarm': ({ Properties: { Dimensions = [], Metrics = [] } }, { id }) =>
    [...Dimensions, ...Metrics.flatMap(({ MetricStat }: Json) => MetricStat?.Metric.Dimensions ?? [])].some(
      ({ Value }) => referencedId(Value) === id,
    ),
  'AWS::IAM::Policy': isReferencedIn('Roles'),
  'AWS::IAM::Role': ({ id }, { Properties: { Role, RoleArn, CloudWatchRoleArn } }) =>
    [Role, RoleArn, CloudWatchRoleArn].some((role) => referencedId(role) === id),
  'AWS::Lambda::EventInvokeConfig': isReferencedIn('FunctionName'),
  'AWS::Lambda::EventSourceMapping': isReferencedIn('FunctionName'),
  'AWS::Lambda::Permission': ({ Properties: { FunctionName, SourceArn } }, { Type, id, Properties }, resources) => {
    if (Type === 'AWS::Events::Rule') return referencedId(SourceArn) === id;
    if (Type !== 'AWS::ApiGateway::Method') return false;
    const path = pathOf(resources, Properties.ResourceId).replace(/{\w+}/g, '*');
    const source: readonly Json[] = SourceArn?.['Fn::Join']?.[1] ?? [];
    const fn = FunctionName['Fn::Join']?.[1].at(-1);
    return (
      source.at(-1) === `/${Properties.HttpMethod}${path}` &&
      source.some((part) => referencedId(part) === Properties.RestApiId.Ref) &&
      Properties.Integration.Uri['Fn::Join'][1].at(-1) === `${fn}/invocations`
    );
  },
  'AWS::Logs::LogGroup': ({ id, Properties: { LogGroupName } }, { Type, Properties }) => {
    const { LoggingConfig, LoggingConfiguration, AccessLogSetting } = Properties;
    if (Type === 'AWS::ApiGateway::Stage' && LogGroupName)
      return LogGroupName['Fn::Join']?.[1].some((part: Json) => referencedId(part) === Properties.RestApiId.Ref);
    return [
      LoggingConfig?.LogGroup,
      AccessLogSetting?.DestinationArn['Fn::Join']?.[1].at(-1),
      ...toList<Json>(LoggingConfiguration?.Destinations).map(
        ({ CloudWatchLogsLogGroup }) => CloudWatchLogsLogGroup?.LogGroupArn,
      ),
    ].some((group) => referencedId(group) === id);
  },
  'AWS::S3::BucketPolicy': isReferencedIn('Bucket'),
  'AWS::SES::ConfigurationSetEventDestination': isReferencedIn('ConfigurationSetName'),
  'AWS::SNS::Subscription': isReferencedIn('TopicArn'),
  'AWS::SNS::TopicPolicy': isReferencedIn('Topics'),
  'AWS::SQS::QueuePolicy': isReferencedIn('Queues'),
};
