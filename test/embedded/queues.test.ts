import {
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
import { makeQueue, type Queue } from '../../embedded/queues/queue.ts';
import { sqs } from '../../embedded/queues/service.ts';
import { requestHandler } from '../../embedded/sdk.ts';
import { manualClock } from './fixtures/manual-clock.ts';

const QueueUrl = 'http://127.0.0.1:1/000000000000/work';

const setUp = () => {
  const clock = manualClock();
  let ids = 0;
  const newId = () => `id-${++ids}`;
  const dead = makeQueue({ name: 'dead', visibilityMs: 30_000 }, { clock, newId });
  const work = makeQueue(
    { name: 'work', visibilityMs: 30_000, redrive: { to: dead, maxReceives: 2 } },
    { clock, newId },
  );
  const queues = new Map<string, Queue>([work, dead].map((queue) => [queue.name, queue]));
  const service = sqs(queues, { clock, origin: 'http://127.0.0.1:1' });
  const client = new SQSClient({
    endpoint: 'http://127.0.0.1:1',
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    requestHandler: requestHandler([service], { name: 'test' }),
  });
  const receive = async (input: object = {}) =>
    (await client.send(new ReceiveMessageCommand({ QueueUrl, ...input }))).Messages ?? [];
  return { clock, client, receive, dead };
};

it('delivers a message with its attributes, hides it meanwhile and forgets it once deleted', async () => {
  const { clock, client, receive } = setUp();
  const { MessageId } = await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'größe' }));
  const [message] = await receive({ MessageSystemAttributeNames: ['ApproximateReceiveCount'] });
  expect(message).toMatchObject({ MessageId, Body: 'größe', Attributes: { ApproximateReceiveCount: '1' } });
  expect(await receive()).toEqual([]);
  await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
  await clock.advance(60_000);
  expect(await receive()).toEqual([]);
});

it('brings what was not deleted again, until it lies in the dead-letter queue with its id', async () => {
  const { clock, client, receive, dead } = setUp();
  const { MessageId } = await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison' }));
  expect(await receive()).toHaveLength(1);
  await clock.advance(29_999);
  expect(await receive()).toHaveLength(0);
  await clock.advance(1);
  expect(await receive({ VisibilityTimeout: 5 })).toHaveLength(1);
  await clock.advance(5_000);
  expect(await receive()).toHaveLength(0);
  expect(dead.receive(10)).toMatchObject([{ id: MessageId, body: 'poison' }]);
});

it('lets a late consumer delete what nobody has received since, and no longer', async () => {
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

it('changes the visibility of a message in flight, down to at once', async () => {
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

it('waits for a message as long as it is asked to', async () => {
  const { clock, client, receive } = setUp();
  const waiting = receive({ WaitTimeSeconds: 10 });
  await clock.advance(3_000);
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'late' }));
  expect(await waiting).toMatchObject([{ Body: 'late' }]);
  const inVain = receive({ WaitTimeSeconds: 10 });
  await clock.advance(10_000);
  expect(await inVain).toEqual([]);
});

it('answers each part of a batch on its own and keeps to the limits', async () => {
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

it('tells its queues by name, URL and attributes, and which it has not', async () => {
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
