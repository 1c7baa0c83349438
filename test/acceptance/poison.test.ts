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
import { until } from './poll.ts';
import { openShop, orderEnded, placed } from './shop.ts';

const sqs = new SQSClient(host.aws);
const urlOf = async (QueueName: string) => (await sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl;

const workers = contexts.flatMap(({ context, functions }) =>
  Object.entries<FunctionSpec>(functions)
    .filter(([, { consumes }]) => consumes)
    .map(([name]) => functionId(context, name)),
);

/** Takes messages from the queue until one has this body. */
const takeFrom = async (QueueName: string, body: string) => {
  const QueueUrl = await urlOf(QueueName);
  return until(
    host.limits.deadLetterMs,
    async () => {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      const found = Messages.find((message) => message.Body === body);
      if (found) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: found.ReceiptHandle }));
      return found !== undefined;
    },
    (found) => found,
  );
};

const timeout = host.limits.deadLetterMs + 3 * host.limits.orderMs;

test('what no worker can handle ends among the dead letters, while orders go on', { timeout }, async () => {
  expect(workers).toContain('orders-start-saga');
  const shop = await openShop({ mug: 10 });
  const poison = JSON.stringify({ poison: randomUUID() });
  await Promise.all(
    workers.map(async (id) =>
      sqs.send(new SendMessageCommand({ QueueUrl: await urlOf(queueNames.queue(id)), MessageBody: poison })),
    ),
  );
  const { id } = await placed(shop, [['mug', 1]]);
  expect((await orderEnded(shop, id)).status).toBe('confirmed');
  await Promise.all(workers.map((worker) => takeFrom(queueNames.deadLetters(worker), poison)));
});
