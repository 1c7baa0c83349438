import { ACCOUNT_ID, queueArn } from '../arns.ts';
import { authorize, type Clock, type Operation, type Service, ServiceError } from '../service.ts';
import type { Message, Queue } from './queue.ts';

type Url = { readonly QueueUrl: string };
type Entry = { readonly Id: string; readonly MessageBody: string; readonly DelaySeconds?: number };
type Receipt = { readonly ReceiptHandle: string };
type Receive = Url & {
  readonly MaxNumberOfMessages?: number;
  readonly VisibilityTimeout?: number;
  readonly WaitTimeSeconds?: number;
  readonly AttributeNames?: readonly string[];
  readonly MessageSystemAttributeNames?: readonly string[];
};

const MAX_MESSAGE_BYTES = 1_048_576;

const invalid = (message: string) => new ServiceError('InvalidParameterValue', message);
const queueDoesNotExist = () => new ServiceError('QueueDoesNotExist', 'The specified queue does not exist.');

type Range = { readonly min: number; readonly max: number };

const requireInRange = (name: string, value: number, { min, max }: Range): number => {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw invalid(`Value ${value} for parameter ${name} is invalid. Reason: Must be >= ${min} and <= ${max}.`);
};

/** Runs the entries of a batch one by one, so that an invalid entry fails alone. */
const runBatch = <E extends { readonly Id: string }>(entries: readonly E[] | undefined, run: (entry: E) => object) => {
  if (!entries?.length) throw new ServiceError('EmptyBatchRequest', 'The batch request has no entries.');
  if (entries.length > 10) throw new ServiceError('TooManyEntriesInBatchRequest', 'A batch has at most 10 entries.');
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length)
    throw new ServiceError('BatchEntryIdsNotDistinct', 'Two entries have the same Id.');
  const outcomes = entries.map((entry) => {
    try {
      return { done: { Id: entry.Id, ...run(entry) } };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return { failed: { Id: entry.Id, SenderFault: true, Code: error.name, Message: error.message } };
    }
  });
  return {
    Successful: outcomes.flatMap(({ done }) => done ?? []),
    Failed: outcomes.flatMap(({ failed }) => failed ?? []),
  };
};

const toSystemAttributes = (message: Message): Record<string, string> => ({
  ApproximateReceiveCount: String(message.receives),
  ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtMs),
  SentTimestamp: String(message.sentAtMs),
  SenderId: ACCOUNT_ID,
});

const selectAttributes = (all: Record<string, string>, names: readonly string[]) => {
  const selected = Object.entries(all).filter(([name]) => names.includes('All') || names.includes(name));
  return selected.length > 0 ? Object.fromEntries(selected) : undefined;
};

const send = (queue: Queue, entry: Omit<Entry, 'Id'> & { readonly MessageAttributes?: object }) => {
  if (!entry.MessageBody) throw new ServiceError('MissingParameter', 'The request must contain MessageBody.');
  if (Buffer.byteLength(entry.MessageBody) > MAX_MESSAGE_BYTES) throw invalid('The message is too long.');
  if (Object.keys(entry.MessageAttributes ?? {}).length > 0)
    throw new ServiceError('UnsupportedOperation', 'not supported: SQS message attributes');
  const delayMs = requireInRange('DelaySeconds', entry.DelaySeconds ?? 0, { min: 0, max: 900 }) * 1_000;
  const message = queue.send(entry.MessageBody, delayMs);
  return { MessageId: message.id, MD5OfMessageBody: message.md5 };
};

/** Resolves when a message becomes visible or the time has passed, whichever comes first. */
const waitForMessage = (queue: Queue, clock: Clock, timeoutMs: number) =>
  new Promise<void>((resolve) => {
    const done = () => {
      cancelTimer();
      unsubscribe();
      resolve();
    };
    const cancelTimer = clock.setTimer(timeoutMs, done);
    const unsubscribe = queue.onVisible(done);
  });

const toQueueAttributes = (queue: Queue) => ({
  QueueArn: queueArn(queue.name),
  ApproximateNumberOfMessages: String(queue.counts().visible),
  ApproximateNumberOfMessagesNotVisible: String(queue.counts().hidden),
  VisibilityTimeout: String(Math.ceil(queue.visibilityMs / 1_000)),
  ...(queue.redrive && {
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: queueArn(queue.redrive.deadLetters.name),
      maxReceiveCount: queue.redrive.maxReceives,
    }),
  }),
});

/** SQS over a fixed set of queues. Only SendMessage is authorized per caller; pass callers without `findDenial` for the rest. */
export const createSqs = (
  queues: ReadonlyMap<string, Queue>,
  { clock, origin }: { readonly clock: Clock; readonly origin: string },
): Service => {
  const url = (name: string) => `${origin}/${ACCOUNT_ID}/${name}`;
  const find = ({ QueueUrl = '' }: Partial<Url>): Queue => {
    const queue = queues.get(QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1));
    if (!queue) throw queueDoesNotExist();
    return queue;
  };
  const operations: Record<string, Operation> = {
    GetQueueUrl({ QueueName }: { readonly QueueName: string }) {
      if (!queues.has(QueueName)) throw queueDoesNotExist();
      return { QueueUrl: url(QueueName) };
    },
    ListQueues: ({ QueueNamePrefix = '' }: { readonly QueueNamePrefix?: string }) => ({
      QueueUrls: [...queues.keys()].filter((name) => name.startsWith(QueueNamePrefix)).map(url),
    }),
    GetQueueAttributes: (input: Url & { readonly AttributeNames?: readonly string[] }) => ({
      Attributes: selectAttributes(toQueueAttributes(find(input)), input.AttributeNames ?? []),
    }),
    SendMessage(input: Url & Entry, caller) {
      const queue = find(input);
      authorize(caller, 'SendMessage', [queue.name]);
      return send(queue, input);
    },
    SendMessageBatch: (input: Url & { readonly Entries?: readonly Entry[] }) =>
      runBatch(input.Entries, (entry) => send(find(input), entry)),
    async ReceiveMessage(input: Receive) {
      const queue = find(input);
      const maxMessages = requireInRange('MaxNumberOfMessages', input.MaxNumberOfMessages ?? 1, { min: 1, max: 10 });
      const waitMs = requireInRange('WaitTimeSeconds', input.WaitTimeSeconds ?? 0, { min: 0, max: 20 }) * 1_000;
      const visibilityMs =
        input.VisibilityTimeout === undefined
          ? queue.visibilityMs
          : requireInRange('VisibilityTimeout', input.VisibilityTimeout, { min: 0, max: 43_200 }) * 1_000;
      if (waitMs > 0 && queue.counts().visible === 0) await waitForMessage(queue, clock, waitMs);
      const names = [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])];
      const messages = queue.receive(maxMessages, visibilityMs).map((message) => ({
        MessageId: message.id,
        ReceiptHandle: message.receipt,
        Body: message.body,
        MD5OfBody: message.md5,
        Attributes: selectAttributes(toSystemAttributes(message), names),
      }));
      return messages.length > 0 ? { Messages: messages } : {};
    },
    DeleteMessage: (input: Url & Receipt) => find(input).delete(input.ReceiptHandle),
    DeleteMessageBatch: (input: Url & { readonly Entries?: readonly (Receipt & { readonly Id: string })[] }) =>
      runBatch(input.Entries, (entry) => {
        find(input).delete(entry.ReceiptHandle);
        return {};
      }),
    ChangeMessageVisibility(input: Url & Receipt & { readonly VisibilityTimeout: number }) {
      const ms = requireInRange('VisibilityTimeout', input.VisibilityTimeout, { min: 0, max: 43_200 }) * 1_000;
      if (!find(input).changeVisibility(input.ReceiptHandle, ms))
        throw new ServiceError('MessageNotInflight', 'The message is not in flight.');
    },
    PurgeQueue: (input: Url) => find(input).purge(),
  };
  return { targetPrefix: 'AmazonSQS', operations };
};
