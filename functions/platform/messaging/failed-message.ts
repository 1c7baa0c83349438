import { ChangeMessageVisibilityCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import {
  attributesOf,
  type CanaryOutcome,
  deadLetterAttributes,
  toMessageAttributes,
} from '#platform/messaging/dead-letter';
import { messageGroupOf } from '#platform/messaging/message-body';
import { PostponedError } from '#platform/messaging/postponed-error';
import { isPermanent } from '#platform/runtime/permanent-error';
import { REQUEST_TIMEOUT_MS } from '#platform/runtime/retry';
import type { Runtime } from '#platform/runtime/runtime';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Of the 14 days for which a queue keeps a message, ten remain for a person. */
const MAX_AGE_MS = 4 * 24 * 60 * MINUTE;
/** A postponed message waits longer. The queue would delete it after 14 days, which nobody would notice. */
const MAX_POSTPONED_AGE_MS = 13 * 24 * 60 * MINUTE;
/** A message that has waited for this long is reported each time that it fails. */
const BEHIND_MS = 10 * MINUTE;
/** The most that a call and its retry take. */
const MAX_CALL_MS = 2 * REQUEST_TIMEOUT_MS + SECOND;

/** The time for which a message is hidden doubles with each receive, from the first to the maximum. */
type RetryDelay = { readonly firstMs: number; readonly maxMs: number };
/** A repair takes effect within an hour. */
const AFTER_FAILURE: RetryDelay = { firstMs: 5 * SECOND, maxMs: 55 * MINUTE };
/**
 * Of a postponed message. It is received four times within three minutes, after which CloudWatch leaves it out of the queue's age, and fewer
 * than MAX_RECEIVES times in 13 days.
 */
const AFTER_POSTPONEMENT: RetryDelay = { firstMs: 20 * SECOND, maxMs: 30 * MINUTE };

/** How long a message is hidden after this many receives, with half jitter. `random` is from 0 to below 1. */
const retryDelaySeconds = ({ firstMs, maxMs }: RetryDelay, receives: number, random: number): number =>
  Math.ceil((Math.min(firstMs * 2 ** (receives - 1), maxMs) * (0.5 + random / 2)) / SECOND);

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
  const hide = async ({ receiptHandle: ReceiptHandle, attributes, messageId }: SQSRecord, delay: RetryDelay) => {
    if (!hasTimeForCall()) return undefined;
    const VisibilityTimeout = retryDelaySeconds(delay, Number(attributes.ApproximateReceiveCount), rt.random());
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
    const { messageId } = record;
    if (error instanceof PostponedError) {
      const retryInSeconds = await hide(record, AFTER_POSTPONEMENT);
      rt.logger.warn('message postponed', { messageId, reason: error.message, retryInSeconds });
    } else {
      countIfBehind(record);
      const retryInSeconds = await hide(record, AFTER_FAILURE);
      rt.logger.error('message failed', { messageId, error, retryInSeconds });
    }
    throw error;
  };

  const isDeadLetter = (record: SQSRecord, error: Error, isCanary: boolean): boolean => {
    if (error instanceof PostponedError) return ageMsOf(record) >= MAX_POSTPONED_AGE_MS;
    return isCanary || isPermanent(error) || ageMsOf(record) >= MAX_AGE_MS;
  };

  return {
    /** Reports a canary that was handled. A canary whose report fails is received again: its consumer handles it twice without harm. */
    async onHandled(record: SQSRecord): Promise<void> {
      const { canary } = attributesOf(record.messageAttributes);
      if (canary === undefined) return;
      await report({ canary, outcome: 'handled' }).catch((error: Error) => receiveAgain(record, error));
    },

    /**
     * Resolves if the message is a dead letter now: no repetition can help, it was sent four days ago, or it is a canary. One that is
     * postponed, canary or not, is a dead letter only after 13 days. Otherwise throws the error, and the message is received again later.
     */
    async onFailed(record: SQSRecord, error: Error): Promise<void> {
      const { canary } = attributesOf(record.messageAttributes);
      const isDead = isDeadLetter(record, error, canary !== undefined);
      if (!isDead || !hasTimeForCall() || !(await bury(record, error))) return receiveAgain(record, error);
      if (canary === undefined || !hasTimeForCall()) return;
      await report({ canary, outcome: 'failed' }).catch((reason: unknown) =>
        // the message is safe; without a report the canary counts as lost
        rt.logger.warn('the outcome of a canary cannot be reported', { error: reason as Error }),
      );
    },
  };
};
