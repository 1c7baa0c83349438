import { ACCOUNT_ID, queueArn } from '../arns.ts';
import { authorize, type Caller, type Clock, type Operation, type Service, ServiceError } from '../service.ts';
import type { MessageAttributes, Queue } from './queue.ts';
import { toSystemAttributes } from './system-attributes.ts';

type Url = { readonly QueueUrl: string };
type Entry = {
  readonly Id: string;
  readonly MessageBody: string;
  readonly DelaySeconds?: number;
  readonly MessageGroupId?: string;
  readonly MessageAttributes?: Readonly<Record<string, Partial<MessageAttributes[string]>>>;
};
type Receipt = { readonly ReceiptHandle: string };
type ChangeVisibility = Receipt & { readonly VisibilityTimeout: number };
type Receive = Url & {
  readonly MaxNumberOfMessages?: number;
  readonly VisibilityTimeout?: number;
  readonly WaitTimeSeconds?: number;
  readonly AttributeNames?: readonly string[];
  readonly MessageSystemAttributeNames?: readonly string[];
  readonly MessageAttributeNames?: readonly string[];
};

const MAX_MESSAGE_BYTES = 1_048_576;
const MAX_ATTRIBUTES = 10;
/** 1 to 128 letters, digits and punctuation marks of ASCII. */
const MESSAGE_GROUP_ID = /^[!-~]{1,128}$/;
/** In seconds: twelve hours. */
const MAX_VISIBILITY = { min: 0, max: 43_200 };
/** What XML 1.0 cannot contain, lone surrogates included. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is searched for
const FORBIDDEN_CHARACTERS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;

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

const selectAttributes = (all: Record<string, string>, names: readonly string[]) => {
  const selected = Object.entries(all).filter(([name]) => names.includes('All') || names.includes(name));
  return selected.length > 0 ? Object.fromEntries(selected) : undefined;
};

/** Checks attributes as SQS does: a type and a value of text each. */
const parseAttributes = (attributes: Entry['MessageAttributes'] = {}): MessageAttributes => {
  const entries = Object.entries(attributes);
  if (entries.length > MAX_ATTRIBUTES)
    throw invalid(`Number of message attributes [${entries.length}] exceeds the limit.`);
  return Object.fromEntries(
    entries.map(([name, { DataType = '', StringValue }]) => {
      if (/^Binary/.test(DataType)) throw new ServiceError('UnsupportedOperation', 'not supported: binary attributes');
      if (!/^(String|Number)(\.|$)/.test(DataType))
        throw invalid(`The type of message attribute '${name}' is invalid.`);
      if (!StringValue) throw invalid(`Message attribute '${name}' must have a value.`);
      if (FORBIDDEN_CHARACTERS.test(StringValue))
        throw new ServiceError('InvalidMessageContents', `Message attribute '${name}' has invalid characters.`);
      return [name, { DataType, StringValue }];
    }),
  );
};

const parseGroup = (id: string | undefined): string | undefined => {
  if (id === undefined || MESSAGE_GROUP_ID.test(id)) return id;
  throw invalid(
    `Value ${id} for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
  );
};

const bytesOf = (body: string, attributes: MessageAttributes): number =>
  Object.entries(attributes).reduce(
    (bytes, [name, { DataType, StringValue }]) => bytes + Buffer.byteLength(name + DataType + StringValue),
    Buffer.byteLength(body),
  );

const send = (queue: Queue, entry: Omit<Entry, 'Id'>) => {
  if (!entry.MessageBody) throw new ServiceError('MissingParameter', 'The request must contain MessageBody.');
  const attributes = parseAttributes(entry.MessageAttributes);
  if (bytesOf(entry.MessageBody, attributes) > MAX_MESSAGE_BYTES) throw invalid('The message is too long.');
  const delayMs = requireInRange('DelaySeconds', entry.DelaySeconds ?? 0, { min: 0, max: 900 }) * 1_000;
  const group = parseGroup(entry.MessageGroupId);
  const message = queue.send({ body: entry.MessageBody, attributes, group, delayMs });
  return { MessageId: message.id, MD5OfMessageBody: message.md5 };
};

/** The attributes that a receiver asks for: by name, by a prefix that ends with `.*`, or all. */
const requestedAttributes = (attributes: MessageAttributes, names: readonly string[]) => {
  const isRequested = (attribute: string) =>
    names.some((name) =>
      name.endsWith('.*') ? attribute.startsWith(name.slice(0, -1)) : name === 'All' || name === attribute,
    );
  const requested = Object.entries(attributes).filter(([name]) => names.includes('.*') || isRequested(name));
  return requested.length > 0 ? Object.fromEntries(requested) : undefined;
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

/** SQS over a fixed set of queues. A call needs its action on its queue, and a batch the action of its entries. */
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
  /** The queue of a call, if the caller may perform this action on it. */
  const authorized = (action: string, input: Url, caller: Caller): Queue => {
    const queue = find(input);
    authorize(caller, action, [queue.name]);
    return queue;
  };
  const changeVisibility = (queue: Queue, { ReceiptHandle, VisibilityTimeout }: ChangeVisibility) => {
    const ms = requireInRange('VisibilityTimeout', VisibilityTimeout, MAX_VISIBILITY) * 1_000;
    if (!queue.changeVisibility(ReceiptHandle, ms))
      throw new ServiceError('MessageNotInflight', 'The message is not in flight.');
    return {};
  };
  const deleteMessage = (queue: Queue, { ReceiptHandle }: Receipt) => {
    queue.delete(ReceiptHandle);
    return {};
  };
  type Batch<E> = Url & { readonly Entries?: readonly (E & { readonly Id: string })[] };
  const operations: Record<string, Operation> = {
    GetQueueUrl({ QueueName }: { readonly QueueName: string }) {
      if (!queues.has(QueueName)) throw queueDoesNotExist();
      return { QueueUrl: url(QueueName) };
    },
    ListQueues: ({ QueueNamePrefix = '' }: { readonly QueueNamePrefix?: string }) => ({
      QueueUrls: [...queues.keys()].filter((name) => name.startsWith(QueueNamePrefix)).map(url),
    }),
    GetQueueAttributes(input: Url & { readonly AttributeNames?: readonly string[] }, caller) {
      const queue = authorized('GetQueueAttributes', input, caller);
      return { Attributes: selectAttributes(toQueueAttributes(queue), input.AttributeNames ?? []) };
    },
    SendMessage: (input: Url & Entry, caller) => send(authorized('SendMessage', input, caller), input),
    SendMessageBatch(input: Batch<Entry>, caller) {
      const queue = authorized('SendMessage', input, caller);
      return runBatch(input.Entries, (entry) => send(queue, entry));
    },
    async ReceiveMessage(input: Receive, caller) {
      const queue = authorized('ReceiveMessage', input, caller);
      const maxMessages = requireInRange('MaxNumberOfMessages', input.MaxNumberOfMessages ?? 1, { min: 1, max: 10 });
      const waitMs = requireInRange('WaitTimeSeconds', input.WaitTimeSeconds ?? 0, { min: 0, max: 20 }) * 1_000;
      const visibilityMs =
        input.VisibilityTimeout === undefined
          ? queue.visibilityMs
          : requireInRange('VisibilityTimeout', input.VisibilityTimeout, MAX_VISIBILITY) * 1_000;
      if (waitMs > 0 && queue.counts().visible === 0) await waitForMessage(queue, clock, waitMs);
      const names = [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])];
      const messages = queue.receive(maxMessages, visibilityMs).map((message) => ({
        MessageId: message.id,
        ReceiptHandle: message.receipt,
        Body: message.body,
        MD5OfBody: message.md5,
        Attributes: selectAttributes(toSystemAttributes(message), names),
        MessageAttributes: requestedAttributes(message.attributes, input.MessageAttributeNames ?? []),
      }));
      return messages.length > 0 ? { Messages: messages } : {};
    },
    DeleteMessage: (input: Url & Receipt, caller) => deleteMessage(authorized('DeleteMessage', input, caller), input),
    DeleteMessageBatch(input: Batch<Receipt>, caller) {
      const queue = authorized('DeleteMessage', input, caller);
      return runBatch(input.Entries, (entry) => deleteMessage(queue, entry));
    },
    ChangeMessageVisibility: (input: Url & ChangeVisibility, caller) =>
      changeVisibility(authorized('ChangeMessageVisibility', input, caller), input),
    ChangeMessageVisibilityBatch(input: Batch<ChangeVisibility>, caller) {
      const queue = authorized('ChangeMessageVisibility', input, caller);
      return runBatch(input.Entries, (entry) => changeVisibility(queue, entry));
    },
    PurgeQueue: (input: Url, caller) => authorized('PurgeQueue', input, caller).purge(),
  };
  return { targetPrefix: 'AmazonSQS', operations };
};
