import { randomUUID } from 'node:crypto';
import {
  DeleteMessageCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { contexts } from '#contexts';
import { type FunctionSpec, functionId } from '#platform/manifest';
import { host, queueNames } from './host.ts';
import { pollUntil } from './poll.ts';
import { openShop, placeOrder, waitForOrderEnd } from './shop.ts';

const sqs = new SQSClient(host.aws);
const getQueueUrl = async (QueueName: string) => (await sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl;

const workers = contexts.flatMap(({ context, functions }) =>
  Object.entries<FunctionSpec>(functions)
    .filter(([, { consumes }]) => consumes)
    .map(([name]) => functionId(context, name)),
);

/** Receives messages from the queue until one contains this text, deletes it, and returns it. */
const receiveMessage = async (QueueName: string, text: string) => {
  const QueueUrl = await getQueueUrl(QueueName);
  return pollUntil(
    host.limits.deadLetterMs,
    async () => {
      const receive = { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 1, MessageAttributeNames: ['All'] };
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(receive));
      const found = Messages.find((message) => message.Body?.includes(text));
      if (found) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: found.ReceiptHandle }));
      return found;
    },
    (found) => found !== undefined,
  );
};

const timeout = host.limits.deadLetterMs + 3 * host.limits.orderMs;

test('a message that no worker can handle becomes a dead letter at once, with its error, and orders continue', {
  timeout,
}, async () => {
  expect(workers).toContain('orders-start-saga');
  const shop = await openShop({ mug: 10 });
  const poison = randomUUID();
  const MessageBody = JSON.stringify({ poison });
  await Promise.all(
    workers.map(async (id) =>
      sqs.send(new SendMessageCommand({ QueueUrl: await getQueueUrl(queueNames.queue(id)), MessageBody })),
    ),
  );
  const { id } = await placeOrder(shop, [['mug', 1]]);
  expect((await waitForOrderEnd(shop, id)).status).toBe('confirmed');
  const letters = await Promise.all(workers.map((worker) => receiveMessage(queueNames.deadLetters(worker), poison)));
  for (const letter of letters) {
    const { error, cause, firstReceived } = letter?.MessageAttributes ?? {};
    expect(error?.StringValue).toMatch(/detail-type/);
    expect(cause?.StringValue).toMatch(/^\w+-[0-9a-f]{8}$/);
    expect(Date.parse(firstReceived?.StringValue ?? '')).toBeGreaterThan(0);
  }
});
