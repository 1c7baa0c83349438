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
import { type Account, Complaint } from './account.ts';

/** Where messages end that nobody could handle, deliver or publish. */
const RESTS = /-(dead|undelivered|unpublishable)$/;

const urlOf = async (client: SQSClient, QueueName: string): Promise<string> => {
  try {
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName }));
    if (QueueUrl) return QueueUrl;
  } catch (error) {
    if (!(error instanceof QueueDoesNotExist)) throw error;
  }
  throw new Complaint(`there is no queue ${QueueName}`);
};

const attributesOf = async (client: SQSClient, QueueUrl: string) =>
  (await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes ?? {};

const waitingIn = async (client: SQSClient, url: string) =>
  Number((await attributesOf(client, url))['ApproximateNumberOfMessages'] ?? 0);

/** The ARN of a queue, from which account and region of the stage follow. */
export const arnOf = async ({ options }: Account, name: string): Promise<string> => {
  const client = new SQSClient(options);
  return (await attributesOf(client, await urlOf(client, name)))['QueueArn'] ?? '';
};

/** How many messages lie in each queue from which none leaves by itself. */
export const countRests = async ({ by, options }: Account): Promise<readonly string[]> => {
  const client = new SQSClient(options);
  const lines: string[] = [];
  for await (const { QueueUrls = [] } of paginateListQueues({ client }, { QueueNamePrefix: `${by.prefix}-` })) {
    for (const url of QueueUrls) {
      const name = url.slice(url.lastIndexOf('/') + 1);
      if (RESTS.test(name)) lines.push(`${await waitingIn(client, url)}\t${name}`);
    }
  }
  return lines;
};

/** Up to ten messages, which stay where they are. */
export const look = async ({ options }: Account, queue: string): Promise<readonly string[]> => {
  const client = new SQSClient(options);
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: await urlOf(client, queue),
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 0,
      WaitTimeSeconds: 1,
      MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount'],
    }),
  );
  return Messages.map(({ MessageId, Attributes, Body }) =>
    JSON.stringify({ id: MessageId, sent: new Date(Number(Attributes?.['SentTimestamp'])).toISOString(), body: Body }),
  );
};

/**
 * Moves at most `most` messages, and none that comes while it runs. Each is deleted only once it lies in the other queue, so a
 * break in the midst leaves it in both: consumers take an event twice without harm.
 */
export const redrive = async ({ options }: Account, from: string, to: string, most: number): Promise<number> => {
  const client = new SQSClient(options);
  const [source, target] = await Promise.all([urlOf(client, from), urlOf(client, to)]);
  const wanted = Math.min(most, await waitingIn(client, source));
  let moved = 0;
  while (moved < wanted) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: source,
        MaxNumberOfMessages: Math.min(10, wanted - moved),
        VisibilityTimeout: 60,
        WaitTimeSeconds: 1,
      }),
    );
    if (Messages.length === 0) break;
    for (const { Body, ReceiptHandle } of Messages) {
      await client.send(new SendMessageCommand({ QueueUrl: target, MessageBody: Body ?? '' }));
      await client.send(new DeleteMessageCommand({ QueueUrl: source, ReceiptHandle }));
      moved += 1;
    }
  }
  return moved;
};
