import * as gateway from '@aws-sdk/client-api-gateway';
import * as cloudWatch from '@aws-sdk/client-cloudwatch';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as events from '@aws-sdk/client-eventbridge';
import * as iam from '@aws-sdk/client-iam';
import * as kms from '@aws-sdk/client-kms';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import * as secrets from '@aws-sdk/client-secrets-manager';
import * as sfn from '@aws-sdk/client-sfn';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import * as ssm from '@aws-sdk/client-ssm';
import type { DeployedResource } from './deployed-resources.ts';
import { clientOptions } from './settings.ts';

const apiGateway = new gateway.APIGatewayClient(clientOptions);
const alarms = new cloudWatch.CloudWatchClient(clientOptions);
const logGroups = new logs.CloudWatchLogsClient(clientOptions);
const tables = new dynamodb.DynamoDBClient(clientOptions);
const eventBridge = new events.EventBridgeClient(clientOptions);
const keys = new kms.KMSClient(clientOptions);
const roles = new iam.IAMClient(clientOptions);
const functions = new lambda.LambdaClient(clientOptions);
const buckets = new s3.S3Client({ ...clientOptions, forcePathStyle: true });
const secretsManager = new secrets.SecretsManagerClient(clientOptions);
const stateMachines = new sfn.SFNClient(clientOptions);
const topics = new sns.SNSClient(clientOptions);
const queues = new sqs.SQSClient(clientOptions);
const parameters = new ssm.SSMClient(clientOptions);

const getQueueAttributes = async (QueueUrl: string) =>
  (await queues.send(new sqs.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes ?? {};

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);

/**
 * Calls the service of a resource. Resolves to true if the resource exists there as its template describes it; resolves to false
 * or rejects if not.
 */
export type ResourceCheck = (resource: DeployedResource) => Promise<boolean>;

/** By the CloudFormation type. */
export const resourceChecks: Readonly<Record<string, ResourceCheck>> = {
  'AWS::ApiGateway::Account': async () =>
    (await apiGateway.send(new gateway.GetAccountCommand({}))).cloudwatchRoleArn !== undefined,
  'AWS::ApiGateway::Authorizer': async ({ id, text }) => {
    const restApiId = text('RestApiId');
    const authorizer = await apiGateway.send(new gateway.GetAuthorizerCommand({ restApiId, authorizerId: id }));
    return authorizer.type === text('Type');
  },
  'AWS::ApiGateway::Deployment': async ({ id, text }) => {
    const restApiId = text('RestApiId');
    return (await apiGateway.send(new gateway.GetDeploymentCommand({ restApiId, deploymentId: id }))).id === id;
  },
  'AWS::ApiGateway::GatewayResponse': async ({ text }) => {
    const [restApiId, responseType] = [text('RestApiId'), text('ResponseType') as gateway.GatewayResponseType];
    const response = await apiGateway.send(new gateway.GetGatewayResponseCommand({ restApiId, responseType }));
    // the service has a default response for each type
    return response.defaultResponse === false && response.statusCode === text('StatusCode');
  },
  'AWS::ApiGateway::Method': async ({ text }) => {
    const [restApiId, resourceId, httpMethod] = [text('RestApiId'), text('ResourceId'), text('HttpMethod')];
    const method = await apiGateway.send(new gateway.GetMethodCommand({ restApiId, resourceId, httpMethod }));
    return method.authorizationType === text('AuthorizationType') && method.methodIntegration !== undefined;
  },
  'AWS::ApiGateway::Resource': async ({ id, text }) => {
    const restApiId = text('RestApiId');
    const resource = await apiGateway.send(new gateway.GetResourceCommand({ restApiId, resourceId: id }));
    return resource.pathPart === text('PathPart');
  },
  'AWS::ApiGateway::RestApi': async ({ id, text }) =>
    (await apiGateway.send(new gateway.GetRestApiCommand({ restApiId: id }))).name === text('Name'),
  'AWS::ApiGateway::Stage': async ({ text }) => {
    const [restApiId, stageName] = [text('RestApiId'), text('StageName')];
    const stage = await apiGateway.send(new gateway.GetStageCommand({ restApiId, stageName }));
    return stage.deploymentId === text('DeploymentId');
  },
  'AWS::CloudWatch::Alarm': async ({ id }) =>
    lengthOf((await alarms.send(new cloudWatch.DescribeAlarmsCommand({ AlarmNames: [id] }))).MetricAlarms) === 1,
  'AWS::DynamoDB::Table': async ({ id, property }) => {
    const { Table } = await tables.send(new dynamodb.DescribeTableCommand({ TableName: id }));
    const hasIndexes = lengthOf(Table?.GlobalSecondaryIndexes) === lengthOf(property('GlobalSecondaryIndexes'));
    const hasStream = Table?.StreamSpecification?.StreamEnabled === (property('StreamSpecification') !== undefined);
    return Table?.TableStatus === 'ACTIVE' && hasIndexes && hasStream;
  },
  'AWS::Events::EventBus': async ({ id }) =>
    (await eventBridge.send(new events.DescribeEventBusCommand({ Name: id }))).Name === id,
  'AWS::Events::Rule': async ({ id, text, property }) => {
    const EventBusName = property('EventBusName') === undefined ? 'default' : text('EventBusName');
    const Name = id.split('|').at(-1);
    const rule = await eventBridge.send(new events.DescribeRuleCommand({ EventBusName, Name }));
    const { Targets } = await eventBridge.send(new events.ListTargetsByRuleCommand({ EventBusName, Rule: Name }));
    return rule.State === 'ENABLED' && lengthOf(Targets) === lengthOf(property('Targets'));
  },
  'AWS::IAM::Policy': async ({ text, texts }) => {
    const PolicyName = text('PolicyName');
    const policies = await Promise.all(
      texts('Roles').map((RoleName) => roles.send(new iam.GetRolePolicyCommand({ RoleName, PolicyName }))),
    );
    return policies.length > 0 && policies.every(({ PolicyDocument }) => PolicyDocument !== undefined);
  },
  'AWS::IAM::Role': async ({ id }) =>
    (await roles.send(new iam.GetRoleCommand({ RoleName: id }))).Role?.RoleName === id,
  'AWS::KMS::Key': async ({ id }) =>
    (await keys.send(new kms.DescribeKeyCommand({ KeyId: id }))).KeyMetadata?.KeyState === 'Enabled',
  'AWS::Lambda::EventInvokeConfig': async ({ text, property }) => {
    const target = { FunctionName: text('FunctionName'), Qualifier: text('Qualifier') };
    const config = await functions.send(new lambda.GetFunctionEventInvokeConfigCommand(target));
    return config.MaximumRetryAttempts === property('MaximumRetryAttempts');
  },
  'AWS::Lambda::EventSourceMapping': async ({ id }) => {
    const { State } = await functions.send(new lambda.GetEventSourceMappingCommand({ UUID: id }));
    return State === 'Enabled';
  },
  'AWS::Lambda::Function': async ({ id }) => {
    const { Configuration } = await functions.send(new lambda.GetFunctionCommand({ FunctionName: id }));
    return Configuration?.State === 'Active';
  },
  'AWS::Lambda::Permission': async ({ id, text }) => {
    const { Policy = '' } = await functions.send(new lambda.GetPolicyCommand({ FunctionName: text('FunctionName') }));
    return JSON.parse(Policy).Statement.some((statement: { Sid: string }) => statement.Sid === id);
  },
  'AWS::Logs::LogGroup': async ({ id }) => {
    const page = await logGroups.send(new logs.DescribeLogGroupsCommand({ logGroupNamePrefix: id }));
    return (page.logGroups ?? []).some((group) => group.logGroupName === id);
  },
  'AWS::S3::Bucket': async ({ id }) =>
    (await buckets.send(new s3.HeadBucketCommand({ Bucket: id }))).$metadata.httpStatusCode === 200,
  'AWS::S3::BucketPolicy': async ({ text }) =>
    (await buckets.send(new s3.GetBucketPolicyCommand({ Bucket: text('Bucket') }))).Policy !== undefined,
  'AWS::SecretsManager::Secret': async ({ id }) =>
    ((await secretsManager.send(new secrets.GetSecretValueCommand({ SecretId: id }))).SecretString ?? '').length > 0,
  'AWS::SNS::Topic': async ({ id }) =>
    (await topics.send(new sns.GetTopicAttributesCommand({ TopicArn: id }))).Attributes?.['TopicArn'] === id,
  'AWS::SNS::TopicPolicy': async ({ texts }) => {
    const topicAttributes = await Promise.all(
      texts('Topics').map((TopicArn) => topics.send(new sns.GetTopicAttributesCommand({ TopicArn }))),
    );
    return (
      topicAttributes.length > 0 && topicAttributes.every(({ Attributes }) => Attributes?.['Policy'] !== undefined)
    );
  },
  'AWS::SQS::Queue': async ({ id, property }) => {
    const attributes = await getQueueAttributes(id);
    return (attributes['RedrivePolicy'] !== undefined) === (property('RedrivePolicy') !== undefined);
  },
  'AWS::SQS::QueuePolicy': async ({ texts }) => {
    const queueAttributes = await Promise.all(texts('Queues').map(getQueueAttributes));
    return queueAttributes.length > 0 && queueAttributes.every((attributes) => attributes['Policy'] !== undefined);
  },
  'AWS::SSM::Parameter': async ({ id }) =>
    ((await parameters.send(new ssm.GetParameterCommand({ Name: id }))).Parameter?.Value ?? '').length > 0,
  'AWS::StepFunctions::StateMachine': async ({ id }) =>
    (await stateMachines.send(new sfn.DescribeStateMachineCommand({ stateMachineArn: id }))).status === 'ACTIVE',
};
