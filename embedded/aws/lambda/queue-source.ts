import type { SQSEvent } from 'aws-lambda';
import { queueArn, REGION } from '../arns.ts';
import { sleep } from '../clock.ts';
import type { Clock } from '../service.ts';
import type { Message, Queue } from '../sqs/queue.ts';
import { toSystemAttributes } from '../sqs/system-attributes.ts';
import { findFailedItems } from './batch-response.ts';
import { FunctionError, isThrottled } from './function-error.ts';

const MAX_BATCH_SIZE = 10;
/** Between two attempts to invoke a throttled function. Lambda's own interval grows and is not stated. */
const THROTTLE_RETRY_MS = 1_000;

const toSqsEvent = (queue: Queue, messages: readonly Message[]): SQSEvent => ({
  Records: messages.map((message) => ({
    messageId: message.id,
    receiptHandle: message.receipt,
    body: message.body,
    attributes: toSystemAttributes(message),
    messageAttributes: Object.fromEntries(
      Object.entries(message.attributes).map(([name, { DataType: dataType, StringValue: stringValue }]) => [
        name,
        { dataType, stringValue },
      ]),
    ),
    md5OfBody: message.md5,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn(queue.name),
    awsRegion: REGION,
  })),
});

type QueueSource = {
  readonly queue: Queue;
  readonly invoke: (event: SQSEvent) => Promise<unknown>;
  /** The maximum number of batches at a time. */
  readonly maxConcurrency: number;
  readonly clock: Clock;
};

export type QueuePoller = {
  /** Stops taking messages. Batches in flight finish. */
  readonly pause: () => void;
  readonly resume: () => void;
};

/**
 * Passes a queue's messages to a function in batches and deletes those that it did not report as failed. Failed ones stay hidden
 * until their visibility timeout has passed and are then delivered again. A throttled function is invoked again until then.
 */
export const createQueuePoller = ({ queue, invoke, maxConcurrency, clock }: QueueSource): QueuePoller => {
  let running = 0;
  let paused = false;
  let scheduled = false;

  const invokeDespiteThrottling = async (event: SQSEvent): Promise<unknown> => {
    for (const hiddenUntil = clock.now() + queue.visibilityMs; ; ) {
      try {
        return await invoke(event);
      } catch (error) {
        if (!isThrottled(error) || clock.now() + THROTTLE_RETRY_MS >= hiddenUntil) throw error;
        await sleep(clock, THROTTLE_RETRY_MS);
      }
    }
  };

  const handle = async (messages: readonly Message[]) => {
    try {
      const ids = messages.map(({ id }) => id);
      const failed = findFailedItems(await invokeDespiteThrottling(toSqsEvent(queue, messages)), ids);
      for (const { id, receipt } of messages) if (!failed.has(id)) queue.delete(receipt);
    } catch (error) {
      // the invocation failed, and `invoke` has reported how: the whole batch is delivered again
      if (!(error instanceof FunctionError)) throw error;
    } finally {
      running -= 1;
      schedule();
    }
  };

  const poll = () => {
    scheduled = false;
    while (!paused && running < maxConcurrency) {
      const messages = queue.receive(MAX_BATCH_SIZE);
      if (messages.length === 0) return;
      running += 1;
      void handle(messages);
    }
  };

  /** Polls once per turn of the event loop, so that messages sent together form one batch. */
  const schedule = () => {
    if (scheduled || paused) return;
    scheduled = true;
    clock.setTimer(0, poll);
  };

  let stopListening = () => {};
  const resume = () => {
    paused = false;
    stopListening();
    stopListening = queue.onVisible(schedule);
    schedule();
  };
  resume();
  return {
    resume,
    pause() {
      paused = true;
      stopListening();
    },
  };
};
