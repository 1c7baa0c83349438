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
import {
  attributesToSendBack,
  CanaryOutcome,
  toMessageAttributes,
  UNKNOWN_CAUSE,
} from '#platform/messaging/dead-letter';
import { messageGroupOf } from '#platform/messaging/message-body';
import type { Runtime } from '#platform/runtime/runtime';
import { StringSchema } from '#platform/schemas';

/** Longer than a run of the redrive. */
const HIDDEN_SECONDS = 60;
const MAX_MESSAGES_PER_CALL = 10;
/**
 * Long polling asks all servers of SQS. A short poll asks a few, and may find none of the messages that wait. It stays below the
 * time-out of a call.
 */
const WAIT_SECONDS = 1;

type ReceivedLetter = DeadLetter & { readonly message: Message };

/** What a canary carries, and its consumer reports back. */
const Canary = z.object({ consumer: StringSchema, cause: StringSchema, codeVersion: StringSchema });

const receiveFrom = async (rt: Runtime<'queues'>, QueueUrl: string): Promise<readonly Message[]> => {
  const { Messages = [] } = await rt.queues.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: MAX_MESSAGES_PER_CALL,
      VisibilityTimeout: HIDDEN_SECONDS,
      WaitTimeSeconds: WAIT_SECONDS,
      MessageSystemAttributeNames: ['SentTimestamp'],
      MessageAttributeNames: ['All'],
    }),
  );
  return Messages;
};

const hasMessages = async (rt: Runtime<'queues'>, QueueUrl: string): Promise<boolean> => {
  const AttributeNames = ['ApproximateNumberOfMessages' as const];
  const { Attributes = {} } = await rt.queues.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
  return Number(Attributes['ApproximateNumberOfMessages'] ?? 0) > 0;
};

export const deadLetterQueues = (rt: Runtime<'queues'>): DeadLetterQueues<ReceivedLetter> => {
  const consumers = rt.env('WORKERS').split(',');
  const urlOf = (consumer: string) => `${rt.env('QUEUES_URL_PREFIX')}${consumer}`;
  const deadUrlOf = (consumer: string) => `${urlOf(consumer)}-dead`;

  return {
    consumers,

    isWaiting: (consumer) => hasMessages(rt, deadUrlOf(consumer)),

    async receive(consumer) {
      return (await receiveFrom(rt, deadUrlOf(consumer))).map((message) => ({
        message,
        cause: message.MessageAttributes?.['cause']?.StringValue || UNKNOWN_CAUSE,
        redriven: message.MessageAttributes?.['redriven']?.StringValue,
      }));
    },

    async sendBack(consumer, { message, cause }, { isCanary, codeVersion }) {
      const canary = isCanary && { canary: JSON.stringify({ consumer, cause, codeVersion }) };
      await rt.queues.send(
        new SendMessageCommand({
          QueueUrl: urlOf(consumer),
          MessageBody: message.Body,
          MessageGroupId: messageGroupOf(message.Body ?? ''),
          MessageAttributes: {
            ...attributesToSendBack(message),
            ...toMessageAttributes({ redriven: codeVersion, ...canary }),
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
  isWaiting: () => hasMessages(rt, rt.env('CANARIES_URL')),

  async receive() {
    const messages = await receiveFrom(rt, rt.env('CANARIES_URL'));
    return messages.map(({ Body, ReceiptHandle = '' }) => ({ receipt: ReceiptHandle, report: parseReport(Body) }));
  },

  async remove(ReceiptHandle) {
    await rt.queues.send(new DeleteMessageCommand({ QueueUrl: rt.env('CANARIES_URL'), ReceiptHandle }));
  },
});
