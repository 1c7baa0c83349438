import { ACCOUNT, queueArn } from '../arns.ts';
import { allow } from '../lambda/grants.ts';
import { type Clock, type Operation, type Service, ServiceError } from '../service.ts';
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

const LARGEST_MESSAGE = 1_048_576;

const invalid = (message: string) => new ServiceError('InvalidParameterValue', message);
const missing = () => new ServiceError('QueueDoesNotExist', 'The specified queue does not exist.');

const between = (name: string, value: number, least: number, most: number): number => {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalid(`Value ${value} for parameter ${name} is invalid. Reason: Must be >= ${least} and <= ${most}.`);
};

/** Answers for the parts of a batch one by one, so that one bad part fails alone. */
const batch = <E extends { readonly Id: string }>(entries: readonly E[] | undefined, act: (entry: E) => object) => {
  if (!entries?.length) throw new ServiceError('EmptyBatchRequest', 'The batch request has no entries.');
  if (entries.length > 10) throw new ServiceError('TooManyEntriesInBatchRequest', 'A batch has at most 10 entries.');
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length)
    throw new ServiceError('BatchEntryIdsNotDistinct', 'Two entries have the same Id.');
  const outcomes = entries.map((entry) => {
    try {
      return { done: { Id: entry.Id, ...act(entry) } };
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

const systemAttributes = (message: Message): Record<string, string> => ({
  ApproximateReceiveCount: String(message.receives),
  ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
  SentTimestamp: String(message.sentAt),
  SenderId: ACCOUNT,
});

const asked = (all: Record<string, string>, names: readonly string[]) => {
  const chosen = Object.entries(all).filter(([name]) => names.includes('All') || names.includes(name));
  return chosen.length > 0 ? Object.fromEntries(chosen) : undefined;
};

const send = (queue: Queue, entry: Omit<Entry, 'Id'> & { readonly MessageAttributes?: object }) => {
  if (!entry.MessageBody) throw new ServiceError('MissingParameter', 'The request must contain MessageBody.');
  if (Buffer.byteLength(entry.MessageBody) > LARGEST_MESSAGE) throw invalid('The message is too long.');
  if (Object.keys(entry.MessageAttributes ?? {}).length > 0)
    throw new ServiceError('UnsupportedOperation', 'not supported by the embedded host: SQS message attributes');
  const delayMs = between('DelaySeconds', entry.DelaySeconds ?? 0, 0, 900) * 1_000;
  const message = queue.send(entry.MessageBody, delayMs);
  return { MessageId: message.id, MD5OfMessageBody: message.md5 };
};

/** Resolves when a message shows or the time is over, whichever is first. */
const arrival = (queue: Queue, clock: Clock, ms: number) =>
  new Promise<void>((resolve) => {
    const done = () => {
      takeBack();
      stop();
      resolve();
    };
    const takeBack = clock.after(ms, done);
    const stop = queue.onVisible(done);
  });

const attributesOf = (queue: Queue) => ({
  QueueArn: queueArn(queue.name),
  ApproximateNumberOfMessages: String(queue.counts().visible),
  ApproximateNumberOfMessagesNotVisible: String(queue.counts().hidden),
  VisibilityTimeout: String(Math.ceil(queue.visibilityMs / 1_000)),
  ...(queue.redrive && {
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: queueArn(queue.redrive.to.name),
      maxReceiveCount: queue.redrive.maxReceives,
    }),
  }),
});

/** SQS over the host's queues: functions may send to those of their manifests, the rest is for tests and operators. */
export const sqs = (
  queues: ReadonlyMap<string, Queue>,
  { clock, origin }: { readonly clock: Clock; readonly origin: string },
): Service => {
  const url = (name: string) => `${origin}/${ACCOUNT}/${name}`;
  const find = ({ QueueUrl = '' }: Partial<Url>): Queue => {
    const queue = queues.get(QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1));
    if (!queue) throw missing();
    return queue;
  };
  const operations: Record<string, Operation> = {
    GetQueueUrl({ QueueName }: { readonly QueueName: string }) {
      if (!queues.has(QueueName)) throw missing();
      return { QueueUrl: url(QueueName) };
    },
    ListQueues: ({ QueueNamePrefix = '' }: { readonly QueueNamePrefix?: string }) => ({
      QueueUrls: [...queues.keys()].filter((name) => name.startsWith(QueueNamePrefix)).map(url),
    }),
    GetQueueAttributes: (input: Url & { readonly AttributeNames?: readonly string[] }) => ({
      Attributes: asked(attributesOf(find(input)), input.AttributeNames ?? []),
    }),
    SendMessage(input: Url & Entry, caller) {
      const queue = find(input);
      allow(caller, 'SendMessage', [queue.name]);
      return send(queue, input);
    },
    SendMessageBatch: (input: Url & { readonly Entries?: readonly Entry[] }) =>
      batch(input.Entries, (entry) => send(find(input), entry)),
    async ReceiveMessage(input: Receive) {
      const queue = find(input);
      const most = between('MaxNumberOfMessages', input.MaxNumberOfMessages ?? 1, 1, 10);
      const waitMs = between('WaitTimeSeconds', input.WaitTimeSeconds ?? 0, 0, 20) * 1_000;
      const visibilityMs =
        input.VisibilityTimeout === undefined
          ? queue.visibilityMs
          : between('VisibilityTimeout', input.VisibilityTimeout, 0, 43_200) * 1_000;
      if (waitMs > 0 && queue.counts().visible === 0) await arrival(queue, clock, waitMs);
      const wanted = [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])];
      const messages = queue.receive(most, visibilityMs).map((message) => ({
        MessageId: message.id,
        ReceiptHandle: message.receipt,
        Body: message.body,
        MD5OfBody: message.md5,
        Attributes: asked(systemAttributes(message), wanted),
      }));
      return messages.length > 0 ? { Messages: messages } : {};
    },
    DeleteMessage: (input: Url & Receipt) => find(input).delete(input.ReceiptHandle),
    DeleteMessageBatch: (input: Url & { readonly Entries?: readonly (Receipt & { readonly Id: string })[] }) =>
      batch(input.Entries, (entry) => {
        find(input).delete(entry.ReceiptHandle);
        return {};
      }),
    ChangeMessageVisibility(input: Url & Receipt & { readonly VisibilityTimeout: number }) {
      const ms = between('VisibilityTimeout', input.VisibilityTimeout, 0, 43_200) * 1_000;
      if (!find(input).changeVisibility(input.ReceiptHandle, ms))
        throw new ServiceError('MessageNotInflight', 'The message is not in flight.');
    },
    PurgeQueue: (input: Url) => find(input).purge(),
  };
  return { target: 'AmazonSQS', operations };
};
