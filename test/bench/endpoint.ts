import { DUE_INDEX, names } from '#platform/manifest';
import type { Served } from './served.ts';

const CALL_MS = 30_000;
const TABLE = names('dev').table;
const LARGEST_TRANSACTION = 100;
const MOST_PAGES = 10_000;
/** What the table holds of an order. */
const OF_AN_ORDER = new Set(['order', 'hold', 'attempt', 'delivery', 'charge', 'calls']);

type Key = { readonly pk: { readonly S: string }; readonly sk: { readonly S: string } };
type Page = { readonly Items: readonly Key[]; readonly LastEvaluatedKey?: Key };
type Attributes = Readonly<Record<string, string>>;
type Described = {
  readonly TableSizeBytes: number;
  readonly GlobalSecondaryIndexes: readonly { readonly IndexName: string; readonly ItemCount: number }[];
};

/** What an operator sees and does through the host's AWS endpoint. No client of the SDK, for that adds tokens that the table keeps. */
export const endpoint = async ({ origin }: Served) => {
  const call = async <T>(target: string, input: object): Promise<T> => {
    const signal = AbortSignal.timeout(CALL_MS);
    const headers = { 'x-amz-target': target };
    const answer = await fetch(origin, { method: 'POST', headers, body: JSON.stringify(input), signal });
    if (!answer.ok) throw new Error(`${target}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const attributesOf = async (QueueUrl: string): Promise<Attributes> => {
    const asked = { QueueUrl, AttributeNames: ['All'] };
    return (await call<{ readonly Attributes: Attributes }>('AmazonSQS.GetQueueAttributes', asked)).Attributes;
  };
  const { QueueUrls } = await call<{ readonly QueueUrls: readonly string[] }>('AmazonSQS.ListQueues', {});
  const consumed = await Promise.all(QueueUrls.map(async (url) => (await attributesOf(url))['RedrivePolicy']));
  const messagesIn = async (urls: readonly string[]) => {
    const all = await Promise.all(urls.map(attributesOf));
    const counts = all.flatMap((of) => [
      of['ApproximateNumberOfMessages'],
      of['ApproximateNumberOfMessagesNotVisible'],
    ]);
    return counts.reduce((sum, count) => sum + Number(count), 0);
  };

  const describe = async () =>
    (await call<{ readonly Table: Described }>('DynamoDB_20120810.DescribeTable', { TableName: TABLE })).Table;

  return {
    /** Messages visible and in flight, in all queues that somebody consumes. */
    queued: () => messagesIn(QueueUrls.filter((_, n) => consumed[n])),
    /** Messages that nobody consumes: dead letters, and events set aside. */
    dead: () => messagesIn(QueueUrls.filter((_, n) => !consumed[n])),
    /** Orders that have not ended: those of which something is due. */
    open: async () =>
      (await describe()).GlobalSecondaryIndexes.find(({ IndexName }) => IndexName === DUE_INDEX)?.ItemCount ?? 0,
    tableBytes: async () => (await describe()).TableSizeBytes,
    /** Deletes all that the table holds of orders. */
    async forgetOrders() {
      const keys: Key[] = [];
      let from: Key | undefined;
      for (let n = 0; n < MOST_PAGES; n += 1) {
        const scan = { TableName: TABLE, ProjectionExpression: 'pk, sk', ...(from && { ExclusiveStartKey: from }) };
        const { Items, LastEvaluatedKey } = await call<Page>('DynamoDB_20120810.Scan', scan);
        keys.push(...Items.filter(({ pk }) => OF_AN_ORDER.has(pk.S.split('#')[2] ?? '')));
        from = LastEvaluatedKey;
        if (!from) break;
      }
      for (let n = 0; n < keys.length; n += LARGEST_TRANSACTION) {
        const TransactItems = keys
          .slice(n, n + LARGEST_TRANSACTION)
          .map((Key) => ({ Delete: { TableName: TABLE, Key } }));
        await call('DynamoDB_20120810.TransactWriteItems', { TransactItems });
      }
    },
  };
};
export type Endpoint = Awaited<ReturnType<typeof endpoint>>;
