import { DUE_INDEX, names } from '#platform/manifest';
import { signCall } from '../fixtures/aws-call.ts';
import type { Server } from './server.ts';

const REQUEST_TIMEOUT_MS = 30_000;
const TABLE = names('dev').table;
const MAX_TRANSACTION_ITEMS = 100;
const MAX_PAGES = 10_000;
/** The kinds of items that the table holds for an order. */
const ORDER_ITEM_KINDS = new Set(['order', 'hold', 'attempt', 'delivery', 'charge', 'calls']);

type Key = { readonly pk: { readonly S: string }; readonly sk: { readonly S: string } };
type ScanPage = { readonly Items: readonly Key[]; readonly LastEvaluatedKey?: Key };
type QueueAttributes = Readonly<Record<string, string>>;
type TableDescription = {
  readonly TableSizeBytes: number;
  readonly GlobalSecondaryIndexes: readonly { readonly IndexName: string; readonly ItemCount: number }[];
};

/**
 * The host's AWS endpoint as an operator uses it. Requests are made by hand: clients of the SDK would add idempotency tokens, which
 * the table keeps.
 */
export const connectAwsEndpoint = async ({ origin, credentials }: Pick<Server, 'origin' | 'credentials'>) => {
  const call = async <T>(target: string, input: object): Promise<T> => {
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const body = JSON.stringify(input);
    const headers = await signCall({ origin, target, body, credentials });
    const response = await fetch(origin, { method: 'POST', headers, body, signal });
    if (!response.ok) throw new Error(`${target}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  const readQueue = async (QueueUrl: string): Promise<QueueAttributes> => {
    const input = { QueueUrl, AttributeNames: ['All'] };
    return (await call<{ readonly Attributes: QueueAttributes }>('AmazonSQS.GetQueueAttributes', input)).Attributes;
  };
  const { QueueUrls } = await call<{ readonly QueueUrls: readonly string[] }>('AmazonSQS.ListQueues', {});
  // only queues that a worker consumes redrive their messages
  const redrivePolicies = await Promise.all(QueueUrls.map(async (url) => (await readQueue(url))['RedrivePolicy']));
  const countMessages = async (urls: readonly string[]) => {
    const queues = await Promise.all(urls.map(readQueue));
    const counts = queues.flatMap((attributes) => [
      attributes['ApproximateNumberOfMessages'],
      attributes['ApproximateNumberOfMessagesNotVisible'],
    ]);
    return counts.reduce((sum, count) => sum + Number(count), 0);
  };

  const describeTable = async () =>
    (await call<{ readonly Table: TableDescription }>('DynamoDB_20120810.DescribeTable', { TableName: TABLE })).Table;

  const listOrderKeys = async (): Promise<readonly Key[]> => {
    const keys: Key[] = [];
    let from: Key | undefined;
    for (let n = 0; n < MAX_PAGES; n += 1) {
      const scan = { TableName: TABLE, ProjectionExpression: 'pk, sk', ...(from && { ExclusiveStartKey: from }) };
      const { Items, LastEvaluatedKey } = await call<ScanPage>('DynamoDB_20120810.Scan', scan);
      keys.push(...Items.filter(({ pk }) => ORDER_ITEM_KINDS.has(pk.S.split('#')[2] ?? '')));
      from = LastEvaluatedKey;
      if (!from) break;
    }
    return keys;
  };

  return {
    /** Visible and in-flight messages in all queues that a worker consumes. */
    countQueued: () => countMessages(QueueUrls.filter((_, n) => redrivePolicies[n])),
    /** Messages in queues that no worker consumes: dead letters and quarantined events. */
    countDeadLetters: () => countMessages(QueueUrls.filter((_, n) => !redrivePolicies[n])),
    /** Orders that have not ended are in the index of what is due. */
    countOpenOrders: async () =>
      (await describeTable()).GlobalSecondaryIndexes.find(({ IndexName }) => IndexName === DUE_INDEX)?.ItemCount ?? 0,
    readTableBytes: async () => (await describeTable()).TableSizeBytes,
    /** Deletes every item that the table holds for orders. */
    async deleteOrders() {
      const keys = await listOrderKeys();
      for (let n = 0; n < keys.length; n += MAX_TRANSACTION_ITEMS) {
        const TransactItems = keys
          .slice(n, n + MAX_TRANSACTION_ITEMS)
          .map((Key) => ({ Delete: { TableName: TABLE, Key } }));
        await call('DynamoDB_20120810.TransactWriteItems', { TransactItems });
      }
    },
  };
};
export type AwsEndpoint = Awaited<ReturnType<typeof connectAwsEndpoint>>;
