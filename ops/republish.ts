// The entry point of `npm run republish`.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { recountOf } from '#inventory/table/recount';
import { eventsOf } from '#orders/table/history-events';
import { toEntry } from '#relay/stream-record';
import { type Account, toAccount } from './account.ts';
import { accountOptions, parseCommandLine, UsageError } from './command-line.ts';
import { createEventPublisher } from './event-publisher.ts';
import { republishGivenUp } from './given-up.ts';

const USAGE = `npm run republish -- --since <time> [--until <time>] [--tenant <id>] [--stage dev] [--endpoint <url>] [--dry-run]

Rebuilds the events of orders from the table and publishes them again on the bus of the stage: the events from --since on and before
--until; times are ISO 8601. For each SKU it publishes an event that has its summary counted again. It reads the table with a Scan and
writes nothing to it. A repeated event keeps its id. With --dry-run, it only counts the events.

npm run republish -- --given-up [--since <time>] [--stage dev] [--endpoint <url>] [--dry-run]

Publishes the events of the stream records that the relay has given up, from the bucket that they were stored in since --since. It removes
an object of the bucket once all of its events were published, so it can be repeated. It names each object that it must keep, and why.`;

const Time = z.iso.datetime({ offset: true }).transform((time) => new Date(time).toISOString());
const Options = z.object({
  since: Time.optional(),
  until: Time.optional(),
  tenant: z
    .string()
    .regex(/^[a-z0-9]{1,64}$/)
    .optional(),
  stage: accountOptions.stage,
  endpoint: accountOptions.endpoint,
  'given-up': z.boolean().default(false),
  'dry-run': z.boolean().default(false),
});
type Options = z.infer<typeof Options>;

/** The items of all orders and the summaries of all SKUs, in pages, read with the operator's own credentials. */
const scanItems = ({ names, clientOptions }: Account, tenantId = '') =>
  paginateScan(
    { client: DynamoDBDocumentClient.from(new DynamoDBClient(clientOptions)) },
    {
      TableName: names.table,
      FilterExpression: '(begins_with(pk, :orders) AND sk = :order) OR (begins_with(pk, :stock) AND sk = :head)',
      ExpressionAttributeValues: {
        ...{ ':orders': tenantId ? `orders#${tenantId}#order#` : 'orders#', ':order': 'order' },
        ...{ ':stock': tenantId ? `inventory#${tenantId}#head#` : 'inventory#', ':head': 'head' },
      },
    },
  );

const republishFromTable = async ({ since, until, tenant, 'dry-run': dryRun, ...where }: Options): Promise<string> => {
  if (since === undefined) throw new UsageError('--since is missing');
  const account = toAccount(where);
  const publishEntries = createEventPublisher(account);
  let orderCount = 0;
  let skuCount = 0;
  let eventCount = 0;
  for await (const { Items = [] } of scanItems(account, tenant)) {
    const orders = Items.filter(({ sk }) => sk === 'order');
    const summaries = Items.filter(({ sk }) => sk === 'head');
    const events = orders.flatMap(eventsOf).filter(({ at }) => at >= since && (until === undefined || at < until));
    orderCount += orders.length;
    skuCount += summaries.length;
    eventCount += events.length + summaries.length;
    if (dryRun) continue;
    const [refusal] = await publishEntries([
      ...events.map((event) => toEntry(event, 'orders', account.names.bus)),
      ...summaries.map((item) => toEntry(recountOf(item, since), 'inventory', account.names.bus)),
    ]);
    if (refusal !== undefined) throw new Error(refusal);
  }
  return `${orderCount} orders and ${skuCount} SKUs read, ${eventCount} events`;
};

const republishFromBucket = async ({ since, until, tenant, 'dry-run': dryRun, ...where }: Options): Promise<string> => {
  if (until !== undefined || tenant !== undefined)
    throw new UsageError('--given-up takes neither --tenant nor --until');
  const { objectCount, eventCount, problems } = await republishGivenUp(toAccount(where), { since, dryRun });
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  return `${objectCount} objects read, ${eventCount} events`;
};

try {
  const { options } = parseCommandLine(process.argv.slice(2), Options);
  const counts = await (options['given-up'] ? republishFromBucket(options) : republishFromTable(options));
  console.log(`${counts} ${options['dry-run'] ? 'would be ' : ''}published`);
} catch (error) {
  console.error(`${(error as Error).message}\n\n${USAGE}`);
  process.exitCode = 1;
}
