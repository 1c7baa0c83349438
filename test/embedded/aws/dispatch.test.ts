import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import { createRequestHandler, dispatch } from '../../../embedded/aws/dispatch.ts';
import { type Caller, type Operation, ServiceError } from '../../../embedded/aws/service.ts';

const caller: Caller = { name: 'test' };
const dynamoDb = (operations: Record<string, Operation>) => ({ targetPrefix: 'DynamoDB_20120810', operations });
const config = (...services: Parameters<typeof createRequestHandler>[0]) => ({
  region: 'us-east-1',
  credentials: { accessKeyId: 'a', secretAccessKey: 's' },
  requestHandler: createRequestHandler(services, caller),
});
const get = new GetItemCommand({ TableName: 't', Key: { pk: { S: 'a' } } });

describe('the request handler', () => {
  it('passes input and caller to the operation and returns its result', async () => {
    const received: unknown[] = [];
    const GetItem: Operation = (input, as) => {
      received.push(input, as);
      return { Item: { pk: { S: 'ä' } } };
    };
    const client = new DynamoDBClient(config(dynamoDb({ GetItem })));
    expect((await client.send(get)).Item).toEqual({ pk: { S: 'ä' } });
    expect(received).toEqual([{ TableName: 't', Key: { pk: { S: 'a' } } }, caller]);
  });

  it('finds the service by the prefix of its target', async () => {
    const events = {
      targetPrefix: 'AWSEvents',
      operations: { PutEvents: () => ({ FailedEntryCount: 0, Entries: [] }) },
    };
    const client = new EventBridgeClient(config(dynamoDb({}), events));
    expect(await client.send(new PutEventsCommand({ Entries: [] }))).toMatchObject({ FailedEntryCount: 0 });
  });

  it('returns an error with its name, message and fields', async () => {
    const reasons = [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: { pk: { S: 'a' } } }];
    const TransactWriteItems = () => {
      throw new ServiceError('TransactionCanceledException', 'cancelled', { fields: { CancellationReasons: reasons } });
    };
    const client = new DynamoDBClient(config(dynamoDb({ TransactWriteItems })));
    await expect(client.send(new TransactWriteItemsCommand({ TransactItems: [] }))).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      message: 'cancelled',
      CancellationReasons: reasons,
      $metadata: { httpStatusCode: 400, attempts: 1 },
    });
  });

  it('rejects an unknown operation by name, without a retry', async () => {
    const client = new DynamoDBClient(config(dynamoDb({})));
    await expect(client.send(new CreateTableCommand({ TableName: 't' } as never))).rejects.toMatchObject({
      name: 'NotSupported',
      message: 'not supported: DynamoDB.CreateTable',
      $metadata: { httpStatusCode: 501, attempts: 1 },
    });
  });

  it('throws a defect of the emulator instead of returning it', async () => {
    const GetItem = () => {
      throw new TypeError('a defect');
    };
    await expect(new DynamoDBClient(config(dynamoDb({ GetItem }))).send(get)).rejects.toThrow('a defect');
  });

  it.each(['before', 'during'])('honours an abort %s the call', async (when) => {
    const client = new DynamoDBClient(config(dynamoDb({ GetItem: () => new Promise(() => {}) })));
    const abort = new AbortController();
    if (when === 'before') abort.abort();
    else setTimeout(() => abort.abort(), 10);
    await expect(client.send(get, { abortSignal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('dispatch', () => {
  it('accepts bytes, text and no body', async () => {
    const services = [dynamoDb({ Echo: (input) => input })];
    const echo = (body: string | Uint8Array | undefined) =>
      dispatch(services, { target: 'DynamoDB_20120810.Echo', body }, caller);
    expect(await echo('{"a":1}')).toEqual({ status: 200, json: '{"a":1}' });
    expect(await echo(Buffer.from('{"a":"ä"}'))).toEqual({ status: 200, json: '{"a":"ä"}' });
    expect(await echo(undefined)).toEqual({ status: 200, json: '{}' });
  });

  it.each([
    { target: 'DynamoDB_20120810.Echo', body: '{', status: 400, name: 'SerializationException' },
    { target: 'DynamoDB_20120810.toString', body: '{}', status: 501, name: 'NotSupported' },
    { target: 'Other.Echo', body: '{}', status: 501, name: 'NotSupported' },
    { target: undefined, body: '{}', status: 501, name: 'NotSupported' },
  ])('answers $target with $body as $status $name', async ({ target, body, status, name }) => {
    const response = await dispatch([dynamoDb({ Echo: (input) => input })], { target, body }, caller);
    expect([response.status, JSON.parse(response.json).__type]).toEqual([status, name]);
  });
});
