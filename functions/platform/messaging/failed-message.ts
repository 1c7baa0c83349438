import { ChangeMessageVisibilityCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import {
  attributesOf,
  type CanaryOutcome,
  deadLetterAttributes,
  toMessageAttributes,
} from '#platform/messaging/dead-letter';
import { messageGroupOf } from '#platform/messaging/message-body';
import { isPermanent } from '#platform/runtime/permanent-error';
import { REQUEST_TIMEOUT_MS } from '#platform/runtime/retry';
import type { Runtime } from '#platform/runtime/runtime';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const FIRST_RETRY_MS = 5 * SECOND;
/** A repair takes effect within an hour. */
const MAX_RETRY_MS = 55 * MINUTE;
/** Of the 14 days for which a queue keeps a message, ten remain for a person. */
const MAX_AGE_MS = 4 * 24 * 60 * MINUTE;
/** A message that has waited for this long is reported each time that it fails. */
const BEHIND_MS = 10 * MINUTE;
/** The most that a call and its retry take. */
const MAX_CALL_MS = 2 * REQUEST_TIMEOUT_MS + SECOND;

/** How long a message is hidden after this many receives: 5 s, 10 s, ... 55 min, with half jitter. `random` is from 0 to below 1. */
const retryDelaySeconds = (receives: number, random: number): number =>
  Math.ceil((Math.min(FIRST_RETRY_MS * 2 ** (receives - 1), MAX_RETRY_MS) * (0.5 + random / 2)) / SECOND);

const queueOf = (url: string) => url.slice(url.lastIndexOf('/') + 1);

/**
 * What a worker does with the messages of its queue apart from handling them (ADR 84). All of its calls end by `deadlineMs`
 * (milliseconds since 1970): without time for a call, the message is received again after the visibility time-out of its queue.
 */
export const failedMessages = (rt: Runtime<'queues'>, deadlineMs: number) => {
  const hasTimeForCall = () => rt.now().getTime() + MAX_CALL_MS <= deadlineMs;
  const ageMsOf = ({ attributes }: SQSRecord) => rt.now().getTime() - Number(attributes.SentTimestamp);

  const report = (outcome: CanaryOutcome) =>
    rt.queues.send(new SendMessageCommand({ QueueUrl: rt.env('CANARIES_URL'), MessageBody: JSON.stringify(outcome) }));

  const sendToDeadLetters = async (record: SQSRecord, error: unknown) => {
    const attributes = attributesOf(record.messageAttributes);
    const deadLetter = deadLetterAttributes({
      ...{ error, attributes },
      firstReceivedMs: Number(record.attributes.ApproximateFirstReceiveTimestamp),
      keepsCause: attributes.canary !== undefined && !isPermanent(error),
    });
    await rt.queues.send(
      new SendMessageCommand({
        QueueUrl: rt.env('DEAD_LETTERS_URL'),
        MessageBody: record.body,
        MessageGroupId: messageGroupOf(record.body),
        MessageAttributes: toMessageAttributes(deadLetter),
      }),
    );
    return deadLetter.cause;
  };

  /** Returns whether the message is a dead letter now. */
  const bury = async (record: SQSRecord, error: Error): Promise<boolean> => {
    const { messageId } = record;
    try {
      const cause = await sendToDeadLetters(record, error);
      rt.logger.error('message failed', { messageId, error, deadLetter: cause });
      return true;
    } catch (reason) {
      rt.logger.error('a message cannot become a dead letter', { messageId, error: reason as Error });
      return false;
    }
  };

  /** Returns for how long the message is hidden; undefined where that is left to its queue. */
  const hide = async ({ receiptHandle: ReceiptHandle, attributes, messageId }: SQSRecord) => {
    if (!hasTimeForCall()) return undefined;
    const VisibilityTimeout = retryDelaySeconds(Number(attributes.ApproximateReceiveCount), rt.random());
    const QueueUrl = rt.env('OWN_QUEUE_URL');
    try {
      await rt.queues.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
      return VisibilityTimeout;
    } catch (reason) {
      rt.logger.warn('a message cannot be hidden', { messageId, error: reason as Error });
      return undefined;
    }
  };

  const countIfBehind = (record: SQSRecord) => {
    const ageMinutes = Math.floor(ageMsOf(record) / MINUTE);
    const isBehind = ageMsOf(record) >= BEHIND_MS;
    if (isBehind) rt.metric('MessagesBehind', 1, { queue: queueOf(rt.env('OWN_QUEUE_URL')), ageMinutes });
  };

  const receiveAgain = async (record: SQSRecord, error: Error): Promise<never> => {
    countIfBehind(record);
    const retryInSeconds = await hide(record);
    rt.logger.error('message failed', { messageId: record.messageId, error, retryInSeconds });
    throw error;
  };

  return {
    /** Reports a canary that was handled. A canary whose report fails is received again: its consumer handles it twice without harm. */
    async onHandled(record: SQSRecord): Promise<void> {
      const { canary } = attributesOf(record.messageAttributes);
      if (canary === undefined) return;
      await report({ canary, outcome: 'handled' }).catch((error: Error) => receiveAgain(record, error));
    },

    /**
     * Resolves if the message is a dead letter now: no repetition can help, it was sent four days ago, or it is a canary. Otherwise
     * throws the error, and the message is received again later.
     */
    async onFailed(record: SQSRecord, error: Error): Promise<void> {
      const { canary } = attributesOf(record.messageAttributes);
      const isDead = canary !== undefined || isPermanent(error) || ageMsOf(record) >= MAX_AGE_MS;
      if (!isDead || !hasTimeForCall() || !(await bury(record, error))) return receiveAgain(record, error);
      if (canary === undefined || !hasTimeForCall()) return;
      await report({ canary, outcome: 'failed' }).catch((reason: unknown) =>
        // the message is safe; without a report the canary counts as lost
        rt.logger.warn('the outcome of a canary cannot be reported', { error: reason as Error }),
      );
    },
  };
};
