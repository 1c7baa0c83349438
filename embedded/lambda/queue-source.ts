import type { SQSEvent } from 'aws-lambda';
import { ACCOUNT, queueArn, REGION } from '../arns.ts';
import type { Message, Queue } from '../queues/queue.ts';
import type { Clock } from '../service.ts';
import { failedItems } from './batch-response.ts';
import { FunctionError } from './function-error.ts';

const LARGEST_BATCH = 10;

const eventOf = (queue: Queue, messages: readonly Message[]): SQSEvent => ({
  Records: messages.map((message) => ({
    messageId: message.id,
    receiptHandle: message.receipt,
    body: message.body,
    attributes: {
      ApproximateReceiveCount: String(message.receives),
      SentTimestamp: String(message.sentAt),
      SenderId: ACCOUNT,
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    },
    messageAttributes: {},
    md5OfBody: message.md5,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn(queue.name),
    awsRegion: REGION,
  })),
});

type Source = {
  readonly queue: Queue;
  readonly invoke: (event: SQSEvent) => Promise<unknown>;
  /** The most batches at a time. */
  readonly concurrency: number;
  readonly clock: Clock;
};

export type Poller = {
  /** Takes no more messages; what is under way ends. */
  readonly stop: () => void;
  readonly start: () => void;
};

/**
 * Brings a queue's messages to a function in batches and deletes those that it did not report as failed. What failed stays
 * hidden until its visibility time-out is over, then comes again.
 */
export const pollQueue = ({ queue, invoke, concurrency, clock }: Source): Poller => {
  let running = 0;
  let stopped = false;
  let scheduled = false;

  const handle = async (messages: readonly Message[]) => {
    try {
      const ids = messages.map(({ id }) => id);
      const failed = failedItems(await invoke(eventOf(queue, messages)), ids);
      for (const { id, receipt } of messages) if (!failed.has(id)) queue.delete(receipt);
    } catch (error) {
      // the function failed or timed out, and the host has reported how: the whole batch comes again
      if (!(error instanceof FunctionError)) throw error;
    } finally {
      running -= 1;
      schedule();
    }
  };

  const poll = () => {
    scheduled = false;
    while (!stopped && running < concurrency) {
      const messages = queue.receive(LARGEST_BATCH);
      if (messages.length === 0) return;
      running += 1;
      void handle(messages);
    }
  };

  /** Once per turn, so that what is sent together travels together. */
  const schedule = () => {
    if (scheduled || stopped) return;
    scheduled = true;
    clock.after(0, poll);
  };

  let stopListening = () => {};
  const start = () => {
    stopped = false;
    stopListening();
    stopListening = queue.onVisible(schedule);
    schedule();
  };
  start();
  return {
    start,
    stop() {
      stopped = true;
      stopListening();
    },
  };
};
