import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  paginateListQueues,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { attributesToSendBack } from '#platform/messaging/dead-letter';
import { messageGroupOf } from '#platform/messaging/message-body';
import type { Account } from './account.ts';
import { CHECK_STAGE, UserError } from './command-line.ts';

/** Queues that nothing consumes: dead letters, events that the bus could not deliver, and events that it refuses. */
const UNCONSUMED_QUEUE = /-(dead|undelivered|unpublishable)$/;
const MAX_MESSAGES_PER_RECEIVE = 10;

const getQueueUrl = async (client: SQSClient, QueueName: string): Promise<string> => {
  try {
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName }));
    if (QueueUrl) return QueueUrl;
  } catch (error) {
    if (!(error instanceof QueueDoesNotExist)) throw error;
  }
  throw new UserError(`there is no queue ${QueueName}`);
};

const getAttributes = async (client: SQSClient, QueueUrl: string) =>
  (await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes ?? {};

/** `hidden`: somebody has received them and not deleted them. */
const getCounts = async (client: SQSClient, queueUrl: string) => {
  const attributes = await getAttributes(client, queueUrl);
  const countOf = (name: 'ApproximateNumberOfMessages' | 'ApproximateNumberOfMessagesNotVisible') =>
    Number(attributes[name] ?? 0);
  const waiting = countOf('ApproximateNumberOfMessages');
  const hidden = countOf('ApproximateNumberOfMessagesNotVisible');
  // the redrive hides dead letters each minute while it looks at them
  return { waiting, hidden, all: waiting + hidden };
};

/** A queue that every stage has. */
const ANY_QUEUE = 'orders-start-saga';

/** Where the stage is. An operator has no ARN of its resources; that of a queue contains account and region. */
export const locate = async ({ names, clientOptions }: Account) => {
  const client = new SQSClient(clientOptions);
  const { QueueArn = '' } = await getAttributes(client, await getQueueUrl(client, names.queue(ANY_QUEUE)));
  const [, partition = '', , region = '', accountId = ''] = QueueArn.split(':');
  return { partition, region, accountId };
};

/** The last part of a queue's URL. */
export const nameOfQueue = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

/** The queues of the stage. A stage has some: without any, nothing can be said of its messages. */
const listQueues = async function* (client: SQSClient, { names }: Account) {
  let isEmpty = true;
  for await (const { QueueUrls = [] } of paginateListQueues({ client }, { QueueNamePrefix: `${names.prefix}-` }))
    for (const url of QueueUrls) {
      isEmpty = false;
      yield { url, name: nameOfQueue(url) };
    }
  if (isEmpty) throw new UserError(`there is no queue ${names.prefix}-...: ${CHECK_STAGE}`);
};

/** The number of messages in each queue that nothing consumes: `<count><tab><name>`. */
export const countUnconsumedMessages = async (account: Account): Promise<readonly string[]> => {
  const client = new SQSClient(account.clientOptions);
  const lines: string[] = [];
  for await (const { url, name } of listQueues(client, account))
    if (UNCONSUMED_QUEUE.test(name)) lines.push(`${(await getCounts(client, url)).all}\t${name}`);
  return lines;
};

/** Every queue, also those of consumers: `<count> waiting<tab><count> hidden<tab><name>`. Hidden: received, and tried again later. */
export const countAllMessages = async (account: Account): Promise<readonly string[]> => {
  const client = new SQSClient(account.clientOptions);
  const lines: string[] = [];
  for await (const { url, name } of listQueues(client, account)) {
    const { waiting, hidden } = await getCounts(client, url);
    lines.push(`${waiting} waiting\t${hidden} hidden\t${name}`);
  }
  return lines;
};

/** Up to ten messages of a queue, each a line of JSON. They stay in the queue and visible to its consumers. */
export const peekMessages = async ({ clientOptions }: Account, queue: string): Promise<readonly string[]> => {
  const client = new SQSClient(clientOptions);
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: await getQueueUrl(client, queue),
      MaxNumberOfMessages: MAX_MESSAGES_PER_RECEIVE,
      VisibilityTimeout: 0,
      WaitTimeSeconds: 1,
      MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount'],
      MessageAttributeNames: ['All'],
    }),
  );
  return Messages.map(({ MessageId, Attributes, MessageAttributes = {}, Body }) =>
    JSON.stringify({
      id: MessageId,
      sent: new Date(Number(Attributes?.['SentTimestamp'])).toISOString(),
      ...Object.fromEntries(Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue])),
      body: Body,
    }),
  );
};

type Redrive = { readonly from: string; readonly to: string; readonly limit: number };

/**
 * Moves at most `limit` messages, and at most as many as the queue had at the start. A message is deleted only after it was sent
 * to the other queue, so an interruption may leave it in both: consumers handle an event twice without harm. Its body stays as it
 * is, and so does its message group; `attributesToSendBack` says which attributes it keeps.
 */
export const redriveMessages = async ({ clientOptions }: Account, { from, to, limit }: Redrive): Promise<number> => {
  const client = new SQSClient(clientOptions);
  const [source, target] = await Promise.all([getQueueUrl(client, from), getQueueUrl(client, to)]);
  const wantedCount = Math.min(limit, (await getCounts(client, source)).all);
  let movedCount = 0;
  while (movedCount < wantedCount) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: source,
        MaxNumberOfMessages: Math.min(MAX_MESSAGES_PER_RECEIVE, wantedCount - movedCount),
        VisibilityTimeout: 60,
        WaitTimeSeconds: 1,
        MessageSystemAttributeNames: ['SentTimestamp'],
        MessageAttributeNames: ['All'],
      }),
    );
    if (Messages.length === 0) break;
    for (const message of Messages) {
      const { Body = '', ReceiptHandle } = message;
      const MessageAttributes = attributesToSendBack(message);
      const MessageGroupId = messageGroupOf(Body);
      await client.send(
        new SendMessageCommand({ QueueUrl: target, MessageBody: Body, MessageGroupId, MessageAttributes }),
      );
      await client.send(new DeleteMessageCommand({ QueueUrl: source, ReceiptHandle }));
      movedCount += 1;
    }
  }
  return movedCount;
};
