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
import type { Deployed } from './deployed.ts';
import { clientOptions } from './settings.ts';

const api = new gateway.APIGatewayClient(clientOptions);
const alarms = new cloudWatch.CloudWatchClient(clientOptions);
const logging = new logs.CloudWatchLogsClient(clientOptions);
const tables = new dynamodb.DynamoDBClient(clientOptions);
const bus = new events.EventBridgeClient(clientOptions);
const keys = new kms.KMSClient(clientOptions);
const roles = new iam.IAMClient(clientOptions);
const functions = new lambda.LambdaClient(clientOptions);
const buckets = new s3.S3Client({ ...clientOptions, forcePathStyle: true });
const vault = new secrets.SecretsManagerClient(clientOptions);
const workflows = new sfn.SFNClient(clientOptions);
const topics = new sns.SNSClient(clientOptions);
const queues = new sqs.SQSClient(clientOptions);
const parameters = new ssm.SSMClient(clientOptions);

const queueAttributes = async (QueueUrl: string) =>
  (await queues.send(new sqs.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes ?? {};

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);

/** Asks the service itself whether it has the resource as the template wants it. Throws or answers false where it has not. */
export type Check = (it: Deployed) => Promise<boolean>;

export const checks: Readonly<Record<string, Check>> = {
  'AWS::ApiGateway::Account': async () =>
    (await api.send(new gateway.GetAccountCommand({}))).cloudwatchRoleArn !== undefined,
  'AWS::ApiGateway::Authorizer': async ({ id, text }) => {
    const restApiId = text('RestApiId');
    const found = await api.send(new gateway.GetAuthorizerCommand({ restApiId, authorizerId: id }));
    return found.type === text('Type');
  },
  'AWS::ApiGateway::Deployment': async ({ id, text }) => {
    const restApiId = text('RestApiId');
    return (await api.send(new gateway.GetDeploymentCommand({ restApiId, deploymentId: id }))).id === id;
  },
  'AWS::ApiGateway::GatewayResponse': async ({ text }) => {
    const [restApiId, responseType] = [text('RestApiId'), text('ResponseType') as gateway.GatewayResponseType];
    const found = await api.send(new gateway.GetGatewayResponseCommand({ restApiId, responseType }));
    // the service has one of its own for each type
    return found.defaultResponse === false && found.statusCode === text('StatusCode');
  },
  'AWS::ApiGateway::Method': async ({ text }) => {
    const [restApiId, resourceId, httpMethod] = [text('RestApiId'), text('ResourceId'), text('HttpMethod')];
    const found = await api.send(new gateway.GetMethodCommand({ restApiId, resourceId, httpMethod }));
    return found.authorizationType === text('AuthorizationType') && found.methodIntegration !== undefined;
  },
  'AWS::ApiGateway::Resource': async ({ id, text }) => {
    const restApiId = text('RestApiId');
    const found = await api.send(new gateway.GetResourceCommand({ restApiId, resourceId: id }));
    return found.pathPart === text('PathPart');
  },
  'AWS::ApiGateway::RestApi': async ({ id, text }) =>
    (await api.send(new gateway.GetRestApiCommand({ restApiId: id }))).name === text('Name'),
  'AWS::ApiGateway::Stage': async ({ text }) => {
    const [restApiId, stageName] = [text('RestApiId'), text('StageName')];
    const found = await api.send(new gateway.GetStageCommand({ restApiId, stageName }));
    return found.deploymentId === text('DeploymentId');
  },
  'AWS::CloudWatch::Alarm': async ({ id }) =>
    lengthOf((await alarms.send(new cloudWatch.DescribeAlarmsCommand({ AlarmNames: [id] }))).MetricAlarms) === 1,
  'AWS::DynamoDB::Table': async ({ id, property }) => {
    const { Table } = await tables.send(new dynamodb.DescribeTableCommand({ TableName: id }));
    const indexes = lengthOf(Table?.GlobalSecondaryIndexes) === lengthOf(property('GlobalSecondaryIndexes'));
    const streams = Table?.StreamSpecification?.StreamEnabled === (property('StreamSpecification') !== undefined);
    return Table?.TableStatus === 'ACTIVE' && indexes && streams;
  },
  'AWS::Events::EventBus': async ({ id }) =>
    (await bus.send(new events.DescribeEventBusCommand({ Name: id }))).Name === id,
  'AWS::Events::Rule': async ({ id, text, property }) => {
    const own = property('EventBusName') !== undefined;
    const which = { EventBusName: own ? text('EventBusName') : 'default', Rule: id.split('|').at(-1) };
    const rule = await bus.send(new events.DescribeRuleCommand({ EventBusName: which.EventBusName, Name: which.Rule }));
    const { Targets } = await bus.send(new events.ListTargetsByRuleCommand(which));
    return rule.State === 'ENABLED' && lengthOf(Targets) === lengthOf(property('Targets'));
  },
  'AWS::IAM::Policy': async ({ text, texts }) => {
    const PolicyName = text('PolicyName');
    const found = await Promise.all(
      texts('Roles').map((RoleName) => roles.send(new iam.GetRolePolicyCommand({ RoleName, PolicyName }))),
    );
    return found.length > 0 && found.every((it) => it.PolicyDocument !== undefined);
  },
  'AWS::IAM::Role': async ({ id }) =>
    (await roles.send(new iam.GetRoleCommand({ RoleName: id }))).Role?.RoleName === id,
  'AWS::KMS::Key': async ({ id }) =>
    (await keys.send(new kms.DescribeKeyCommand({ KeyId: id }))).KeyMetadata?.KeyState === 'Enabled',
  'AWS::Lambda::EventInvokeConfig': async ({ text, property }) => {
    const which = { FunctionName: text('FunctionName'), Qualifier: text('Qualifier') };
    const found = await functions.send(new lambda.GetFunctionEventInvokeConfigCommand(which));
    return found.MaximumRetryAttempts === property('MaximumRetryAttempts');
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
    const found = await logging.send(new logs.DescribeLogGroupsCommand({ logGroupNamePrefix: id }));
    return (found.logGroups ?? []).some((group) => group.logGroupName === id);
  },
  'AWS::S3::Bucket': async ({ id }) =>
    (await buckets.send(new s3.HeadBucketCommand({ Bucket: id }))).$metadata.httpStatusCode === 200,
  'AWS::S3::BucketPolicy': async ({ text }) =>
    (await buckets.send(new s3.GetBucketPolicyCommand({ Bucket: text('Bucket') }))).Policy !== undefined,
  'AWS::SecretsManager::Secret': async ({ id }) =>
    ((await vault.send(new secrets.GetSecretValueCommand({ SecretId: id }))).SecretString ?? '').length > 0,
  'AWS::SNS::Topic': async ({ id }) =>
    (await topics.send(new sns.GetTopicAttributesCommand({ TopicArn: id }))).Attributes?.['TopicArn'] === id,
  'AWS::SNS::TopicPolicy': async ({ texts }) => {
    const found = await Promise.all(
      texts('Topics').map((TopicArn) => topics.send(new sns.GetTopicAttributesCommand({ TopicArn }))),
    );
    return found.length > 0 && found.every(({ Attributes }) => Attributes?.['Policy'] !== undefined);
  },
  'AWS::SQS::Queue': async ({ id, property }) => {
    const found = await queueAttributes(id);
    return (found['RedrivePolicy'] !== undefined) === (property('RedrivePolicy') !== undefined);
  },
  'AWS::SQS::QueuePolicy': async ({ texts }) => {
    const found = await Promise.all(texts('Queues').map(queueAttributes));
    return found.length > 0 && found.every((attributes) => attributes['Policy'] !== undefined);
  },
  'AWS::SSM::Parameter': async ({ id }) =>
    ((await parameters.send(new ssm.GetParameterCommand({ Name: id }))).Parameter?.Value ?? '').length > 0,
  'AWS::StepFunctions::StateMachine': async ({ id }) =>
    (await workflows.send(new sfn.DescribeStateMachineCommand({ stateMachineArn: id }))).status === 'ACTIVE',
};
