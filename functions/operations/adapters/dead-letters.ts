import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import type { CanaryReport, DeadLetter, DeadLetterQueues, Reports } from '#operations/use-cases/redrive-dead-letters';
import { CanaryOutcome, UNKNOWN_CAUSE } from '#platform/messaging/dead-letter';
import type { Runtime } from '#platform/runtime/runtime';

/** Longer than a run of the redrive. */
const HIDDEN_SECONDS = 60;
const MAX_MESSAGES_PER_CALL = 10;

type ReceivedLetter = DeadLetter & { readonly message: Message };

/** What a canary carries, and its consumer reports back. */
const Canary = z.object({ consumer: z.string(), cause: z.string(), codeVersion: z.string() });

const text = (StringValue: string) => ({ DataType: 'String', StringValue });

export const deadLetterQueues = (rt: Runtime<'queues'>): DeadLetterQueues<ReceivedLetter> => {
  const consumers = rt.env('WORKERS').split(',');
  const urlOf = (consumer: string) => `${rt.env('QUEUES_URL_PREFIX')}${consumer}`;
  const deadUrlOf = (consumer: string) => `${urlOf(consumer)}-dead`;

  const hasDeadLetters = async (consumer: string) => {
    const { Attributes = {} } = await rt.queues.send(
      new GetQueueAttributesCommand({
        QueueUrl: deadUrlOf(consumer),
        AttributeNames: ['ApproximateNumberOfMessages'],
      }),
    );
    return Number(Attributes['ApproximateNumberOfMessages'] ?? 0) > 0;
  };

  return {
    async findWaiting() {
      const waiting = await Promise.all(consumers.map(hasDeadLetters));
      return consumers.filter((_, n) => waiting[n]);
    },

    async receive(consumer) {
      const { Messages = [] } = await rt.queues.send(
        new ReceiveMessageCommand({
          QueueUrl: deadUrlOf(consumer),
          MaxNumberOfMessages: MAX_MESSAGES_PER_CALL,
          VisibilityTimeout: HIDDEN_SECONDS,
          MessageAttributeNames: ['All'],
        }),
      );
      return Messages.map((message) => ({
        message,
        cause: message.MessageAttributes?.['cause']?.StringValue || UNKNOWN_CAUSE,
        redriven: message.MessageAttributes?.['redriven']?.StringValue,
      }));
    },

    async sendBack(consumer, { message, cause }, { isCanary, codeVersion }) {
      const { canary: _, ...attributes } = message.MessageAttributes ?? {};
      await rt.queues.send(
        new SendMessageCommand({
          QueueUrl: urlOf(consumer),
          MessageBody: message.Body,
          MessageAttributes: {
            ...attributes,
            redriven: text(codeVersion),
            ...(isCanary && { canary: text(JSON.stringify({ consumer, cause, codeVersion })) }),
          },
        }),
      );
      await rt.queues.send(
        new DeleteMessageCommand({ QueueUrl: deadUrlOf(consumer), ReceiptHandle: message.ReceiptHandle }),
      );
    },

    async release(consumer, letters) {
      for (let from = 0; from < letters.length; from += MAX_MESSAGES_PER_CALL) {
        const Entries = letters.slice(from, from + MAX_MESSAGES_PER_CALL).map(({ message: { ReceiptHandle } }, n) => ({
          ...{ Id: String(n), ReceiptHandle, VisibilityTimeout: 0 },
        }));
        // an entry that fails is visible again within a minute
        await rt.queues.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: deadUrlOf(consumer), Entries }));
      }
    },
  };
};

const parseReport = (body = ''): CanaryReport | undefined => {
  try {
    const { canary, outcome } = CanaryOutcome.parse(JSON.parse(body));
    return { ...Canary.parse(JSON.parse(canary)), outcome };
  } catch {
    // the caller logs that it cannot be read, and with which id
    return undefined;
  }
};

export const canaryReports = (rt: Runtime<'queues'>): Reports => ({
  async receive() {
    const { Messages = [] } = await rt.queues.send(
      new ReceiveMessageCommand({
        QueueUrl: rt.env('CANARIES_URL'),
        MaxNumberOfMessages: MAX_MESSAGES_PER_CALL,
        VisibilityTimeout: HIDDEN_SECONDS,
      }),
    );
    return Messages.map(({ Body, ReceiptHandle = '' }) => ({ receipt: ReceiptHandle, report: parseReport(Body) }));
  },

  async remove(ReceiptHandle) {
    await rt.queues.send(new DeleteMessageCommand({ QueueUrl: rt.env('CANARIES_URL'), ReceiptHandle }));
  },
});
