import { DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { functionArn } from '../../../embedded/aws/arns.ts';
import { systemClock as clock } from '../../../embedded/aws/clock.ts';
import { createRequestHandler } from '../../../embedded/aws/dispatch.ts';
import { createDynamoDb } from '../../../embedded/aws/dynamodb/dynamodb.ts';
import { createEventBus } from '../../../embedded/aws/eventbridge/event-bus.ts';
import { createInFlightCounter } from '../../../embedded/aws/in-flight.ts';
import { createConcurrency } from '../../../embedded/aws/lambda/concurrency.ts';
import { createFunctionPool } from '../../../embedded/aws/lambda/environments.ts';
import { createStreamReader } from '../../../embedded/aws/lambda/stream-source.ts';
import { createSystemRandom, createUuid } from '../../../embedded/aws/random.ts';
import { createSecretsManager } from '../../../embedded/aws/secrets/secrets.ts';
import { createQueue } from '../../../embedded/aws/sqs/queue.ts';
import { createSqs } from '../../../embedded/aws/sqs/sqs.ts';
import { parseDefinition } from '../../../embedded/aws/step-functions/definition.ts';
import { createMachine } from '../../../embedded/aws/step-functions/machine.ts';
import { createStepFunctions } from '../../../embedded/aws/step-functions/service.ts';

export const example = async () => {
  const random = createSystemRandom();
  const newId = () => createUuid(random);
  const inFlight = createInFlightCounter();

  // DynamoDB: tables in the form of CreateTable's input
  const table = createDynamoDb(
    [
      {
        TableName: 'notes',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      },
    ],
    { clock },
  );

  // SQS and EventBridge: a rule sends every event of one detail type to a target, here in the message group of the note's id
  const queue = createQueue({ name: 'note-events', visibilityMs: 30_000 }, { clock, newId });
  const send = (body: string, group: string | undefined) => void queue.send({ body, group });
  const rules = [{ detailType: 'NoteWritten', messageGroupId: '$.detail.id', send }];
  const bus = createEventBus({ name: 'events', rules, clock, newId });

  // Lambda: a pool of environments for each function, the concurrency of the account, and event sources that invoke the function
  const written: unknown[] = [];
  const environment = { handler: (event: unknown) => written.push(event), kill: () => {} };
  const concurrency = createConcurrency(1_000);
  const log = createFunctionPool(
    { name: 'log', timeoutMs: 3_000, concurrency, build: async () => environment },
    clock,
    newId,
  );
  const source = { tableName: 'notes', partitionKey: 'pk', clock, random, inFlight };
  const reader = createStreamReader({ ...source, invoke: (event) => log.invoke(event) });
  table.subscribe(reader.onRecord, reader.onRestart);

  // Step Functions: `${log}` in the definition becomes the ARN of the function
  const definition = { StartAt: 'Log', States: { Log: { Type: 'Task', Resource: '${log}', End: true } } };
  const machine = createMachine('log-once', parseDefinition('log-once', JSON.stringify(definition), functionArn));
  const stepFunctions = createStepFunctions(new Map([[machine.name, machine]]), {
    ...{ clock, newId, inFlight, random: random.nextFloat },
    invoke: (_arn, payload, onStarted) => log.invoke(payload, onStarted),
  });

  const sqs = createSqs(new Map([[queue.name, queue]]), { clock, origin: 'http://localhost' });
  const secrets = createSecretsManager(new Map([['api-key', 'abc']]));
  const services = [table, sqs, bus, stepFunctions.service, secrets];
  const config = {
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    requestHandler: createRequestHandler(services, { name: 'example' }),
  };

  const dynamoDb = new DynamoDBClient(config);
  await dynamoDb.send(new PutItemCommand({ TableName: 'notes', Item: { pk: { S: 'a' } } }));
  const ExpressionAttributeValues = { ':pk': { S: 'a' } };
  const query = { TableName: 'notes', KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues };
  const { Items } = await dynamoDb.send(new QueryCommand(query));

  const entry = { EventBusName: 'events', Source: 'notes', DetailType: 'NoteWritten', Detail: '{"id":"a"}' };
  await new EventBridgeClient(config).send(new PutEventsCommand({ Entries: [entry] }));
  const QueueUrl = 'http://localhost/000000000000/note-events';
  const { Messages } = await new SQSClient(config).send(new ReceiveMessageCommand({ QueueUrl }));

  const sfn = new SFNClient(config);
  const start = new StartExecutionCommand({ stateMachineArn: machine.arn, input: '{"id":"a"}' });
  const { executionArn } = await sfn.send(start);
  await inFlight.whenIdle();
  const { status } = await sfn.send(new DescribeExecutionCommand({ executionArn }));

  const { SecretString } = await new SecretsManagerClient(config).send(
    new GetSecretValueCommand({ SecretId: 'api-key' }),
  );
  return { items: Items, messages: Messages, status, secret: SecretString, invocations: written.length };
};
