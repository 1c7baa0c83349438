import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { createRequestHandler } from '../../../embedded/aws/dispatch.ts';
import { createQueue, type Queue } from '../../../embedded/aws/sqs/queue.ts';
import { createSqs } from '../../../embedded/aws/sqs/sqs.ts';
import { createVirtualClock } from '../../../embedded/aws/virtual-clock.ts';

const QueueUrl = 'http://127.0.0.1:1/000000000000/work';

const setUp = () => {
  const clock = createVirtualClock();
  let ids = 0;
  const newId = () => `id-${++ids}`;
  const deadLetters = createQueue({ name: 'dead', visibilityMs: 30_000 }, { clock, newId });
  const workQueue = createQueue(
    { name: 'work', visibilityMs: 30_000, redrive: { deadLetters, maxReceives: 2 } },
    { clock, newId },
  );
  const queues = new Map<string, Queue>([workQueue, deadLetters].map((queue) => [queue.name, queue]));
  const service = createSqs(queues, { clock, origin: 'http://127.0.0.1:1' });
  const client = new SQSClient({
    endpoint: 'http://127.0.0.1:1',
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    requestHandler: createRequestHandler([service], { name: 'test' }),
  });
  const receive = async (input: object = {}) =>
    (await client.send(new ReceiveMessageCommand({ QueueUrl, ...input }))).Messages ?? [];
  return { clock, client, receive, deadLetters };
};

it('delivers a message with its attributes, hides it until it is deleted, and does not deliver it again', async () => {
  const { clock, client, receive } = setUp();
  const { MessageId } = await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'größe' }));
  const [message] = await receive({ MessageSystemAttributeNames: ['ApproximateReceiveCount'] });
  expect(message).toMatchObject({ MessageId, Body: 'größe', Attributes: { ApproximateReceiveCount: '1' } });
  expect(await receive()).toEqual([]);
  await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
  await clock.advance(60_000);
  expect(await receive()).toEqual([]);
});

it('redelivers a message that was not deleted, and then moves it to the dead-letter queue with its id', async () => {
  const { clock, client, receive, deadLetters } = setUp();
  const { MessageId } = await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison' }));
  expect(await receive()).toHaveLength(1);
  await clock.advance(29_999);
  expect(await receive()).toHaveLength(0);
  await clock.advance(1);
  expect(await receive({ VisibilityTimeout: 5 })).toHaveLength(1);
  await clock.advance(5_000);
  expect(await receive()).toHaveLength(0);
  expect(deadLetters.receive(10)).toMatchObject([{ id: MessageId, body: 'poison' }]);
});

it('lets a late consumer delete a message until another consumer has received it', async () => {
  const { clock, client, receive } = setUp();
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'slow' }));
  const [first] = await receive();
  await clock.advance(30_000);
  const [second] = await receive();
  await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
  const [, attributes] = [
    second,
    await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] })),
  ];
  expect(attributes.Attributes).toMatchObject({ ApproximateNumberOfMessagesNotVisible: '1' });
  await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: second?.ReceiptHandle }));
  await clock.advance(30_000);
  expect(await receive()).toEqual([]);
});

it('changes the visibility timeout of a message in flight, to zero as well', async () => {
  const { client, receive, clock } = setUp();
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'again' }));
  const [{ ReceiptHandle } = {}] = await receive();
  await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
  const [again] = await receive();
  expect(again?.Body).toBe('again');
  const change = { QueueUrl, ReceiptHandle: again?.ReceiptHandle, VisibilityTimeout: 60 };
  await client.send(new ChangeMessageVisibilityCommand(change));
  await clock.advance(59_999);
  await expect(
    client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 1 })),
  ).rejects.toMatchObject({ name: 'MessageNotInflight' });
});

it('keeps attributes of a message, returns those that are requested, and passes them to the dead letters', async () => {
  const { clock, client, receive, deadLetters } = setUp();
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  const MessageAttributes = { cause: text('a'), 'my.one': text('1'), 'my.two': text('größe') };
  const sentAt = clock.now();
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', MessageAttributes }));
  const receiveAgain = async (MessageAttributeNames: string[]) => {
    const [message] = await receive({ MessageAttributeNames, VisibilityTimeout: 0 });
    return message?.MessageAttributes;
  };
  expect(await receiveAgain(['my.*', 'none'])).toEqual({
    'my.one': MessageAttributes['my.one'],
    'my.two': MessageAttributes['my.two'],
  });
  await clock.advance(1_000);
  const [{ MessageAttributes: none } = {}] = await receive({});
  expect(none).toBeUndefined();
  await clock.advance(60_000);
  expect(deadLetters.receive(10)).toMatchObject([{ attributes: MessageAttributes, sentAtMs: sentAt }]);
});

it.each([
  ['an attribute without a value', { a: { DataType: 'String', StringValue: '' } }, 'InvalidParameterValue'],
  ['an attribute without a type', { a: { DataType: 'Text', StringValue: 'x' } }, 'InvalidParameterValue'],
  ['a control character', { a: { DataType: 'String', StringValue: '\u0000' } }, 'InvalidMessageContents'],
  ['binary data', { a: { DataType: 'Binary', BinaryValue: new Uint8Array(1) } }, 'UnsupportedOperation'],
  [
    'eleven attributes',
    Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`a${n}`, { DataType: 'String', StringValue: 'x' }])),
    'InvalidParameterValue',
  ],
  ['more than 1 MB', { a: { DataType: 'String', StringValue: 'x'.repeat(1_048_576) } }, 'InvalidParameterValue'],
])('refuses a message with %s', async (_, MessageAttributes, name) => {
  const { client } = setUp();
  const send = new SendMessageCommand({ QueueUrl, MessageBody: 'x', MessageAttributes });
  await expect(client.send(send)).rejects.toMatchObject({ name });
});

it('changes the visibility of several messages at once', async () => {
  const { client, receive } = setUp();
  for (const MessageBody of ['one', 'two']) await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  const received = await receive({ MaxNumberOfMessages: 10 });
  const Entries = received.map(({ ReceiptHandle }, n) => ({ Id: `${n}`, ReceiptHandle, VisibilityTimeout: 0 }));
  const unknown = { Id: 'unknown', ReceiptHandle: 'none', VisibilityTimeout: 0 };
  const { Failed } = await client.send(
    new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries: [...Entries, unknown] }),
  );
  expect(Failed?.map(({ Id, Code }) => [Id, Code])).toEqual([['unknown', 'MessageNotInflight']]);
  expect((await receive({ MaxNumberOfMessages: 10 })).map(({ Body }) => Body).sort()).toEqual(['one', 'two']);
});

it('waits for a message up to the requested time', async () => {
  const { clock, client, receive } = setUp();
  const waiting = receive({ WaitTimeSeconds: 10 });
  await clock.advance(3_000);
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'late' }));
  expect(await waiting).toMatchObject([{ Body: 'late' }]);
  const empty = receive({ WaitTimeSeconds: 10 });
  await clock.advance(10_000);
  expect(await empty).toEqual([]);
});

it('handles each entry of a batch on its own and enforces the limits', async () => {
  const { client, receive, clock } = setUp();
  const Entries = [
    { Id: 'a', MessageBody: 'one' },
    { Id: 'b', MessageBody: '' },
    { Id: 'c', MessageBody: 'later', DelaySeconds: 2 },
  ];
  const { Successful, Failed } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  expect([Successful?.map(({ Id }) => Id), Failed?.map(({ Id, Code }) => [Id, Code])]).toEqual([
    ['a', 'c'],
    [['b', 'MissingParameter']],
  ]);
  expect(await receive({ MaxNumberOfMessages: 10 })).toHaveLength(1);
  await clock.advance(2_000);
  expect(await receive({ MaxNumberOfMessages: 10 })).toMatchObject([{ Body: 'later' }]);
  await expect(receive({ MaxNumberOfMessages: 11 })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  const many = Array.from({ length: 11 }, (_, n) => ({ Id: `m${n}`, MessageBody: 'x' }));
  await expect(client.send(new SendMessageBatchCommand({ QueueUrl, Entries: many }))).rejects.toMatchObject({
    name: 'TooManyEntriesInBatchRequest',
  });
});

it('finds queues by name, URL and prefix, and rejects unknown ones', async () => {
  const { client } = setUp();
  expect(await client.send(new GetQueueUrlCommand({ QueueName: 'work' }))).toMatchObject({ QueueUrl });
  const { QueueUrls } = await client.send(new ListQueuesCommand({ QueueNamePrefix: 'wo' }));
  expect(QueueUrls).toEqual([QueueUrl]);
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['RedrivePolicy'] }),
  );
  expect(JSON.parse(Attributes?.['RedrivePolicy'] ?? '')).toEqual({
    deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead',
    maxReceiveCount: 2,
  });
  await expect(client.send(new GetQueueUrlCommand({ QueueName: 'none' }))).rejects.toMatchObject({
    name: 'QueueDoesNotExist',
  });
});

it('keeps the message group of a message, also as a dead letter, and shows it to receivers', async () => {
  const { clock, client, receive, deadLetters } = setUp();
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', MessageGroupId: 't1' }));
  for (let receives = 0; receives < 2; receives += 1) {
    const [message] = await receive({ MessageSystemAttributeNames: ['MessageGroupId'] });
    expect(message?.Attributes).toEqual({ MessageGroupId: 't1' });
    await clock.advance(30_000);
  }
  expect(deadLetters.receive(1)).toMatchObject([{ group: 't1' }]);
});

it.each(['', 'a tenant', 'x'.repeat(129)])('refuses the message group "%s"', async (MessageGroupId) => {
  const { client } = setUp();
  await expect(
    client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', MessageGroupId })),
  ).rejects.toMatchObject({ name: 'InvalidParameterValue' });
});
