// The entry point of `npm run republish`.
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { eventsOf } from '#orders/table/history-events';
import type { Event } from '#platform/messaging/events';
import { createCorrelation } from '#platform/runtime/correlation';
import { createLogger } from '#platform/runtime/logger';
import { publish } from '#relay/publish';
import { toEntry } from '#relay/stream-record';
import { type Account, toAccount } from './account.ts';
import { accountOptions, parseCommandLine } from './command-line.ts';

const USAGE = `npm run republish -- --since <time> [--until <time>] [--tenant <id>] [--stage dev] [--endpoint <url>] [--dry-run]

Rebuilds the events of orders from the table and publishes them again on the bus of the stage. It publishes the events
from --since on and before --until; times are ISO 8601. It reads the table with a Scan and writes nothing to it. A repeated
event keeps its id. With --dry-run, it only counts the events.`;

const Time = z.iso.datetime({ offset: true }).transform((time) => new Date(time).toISOString());
const Options = z.object({
  since: Time,
  until: Time.optional(),
  tenant: z
    .string()
    .regex(/^[a-z0-9]{1,64}$/)
    .optional(),
  stage: accountOptions.stage,
  endpoint: accountOptions.endpoint,
  'dry-run': z.boolean().default(false),
});
type Options = z.infer<typeof Options>;

const PUBLISH_TIMEOUT_MS = 60_000;

/** The items of all orders, in pages, read with the operator's own credentials. */
const scanOrders = ({ names, clientOptions }: Account, tenantId = '') =>
  paginateScan(
    { client: DynamoDBDocumentClient.from(new DynamoDBClient(clientOptions)) },
    {
      TableName: names.table,
      FilterExpression: 'begins_with(pk, :orders) AND sk = :order',
      ExpressionAttributeValues: { ':orders': tenantId ? `orders#${tenantId}#order#` : 'orders#', ':order': 'order' },
    },
  );

const createEventPublisher = ({ names, clientOptions }: Account) => {
  const runtime = {
    bus: new EventBridgeClient(clientOptions),
    sleep: (ms: number) => sleep(ms),
    now: () => new Date(),
    random: Math.random,
    logger: createLogger(createCorrelation(), { serviceName: 'republish', logLevel: 'WARN' }),
  };
  return async (events: readonly Event[]): Promise<void> => {
    const entries = events.map((event) => toEntry(event, 'orders', names.bus));
    const { failed, refused } = await publish(runtime, entries, Date.now() + PUBLISH_TIMEOUT_MS);
    if (failed !== undefined)
      throw new Error(`the bus does not accept event ${events[failed]?.id} now: run this command again`);
    for (const [position, reason] of refused)
      throw new Error(`the bus refuses event ${events[position]?.id}: ${reason}`);
  };
};

const republish = async ({ since, until, tenant, 'dry-run': dryRun, ...where }: Options) => {
  const account = toAccount(where);
  const publishEvents = createEventPublisher(account);
  let orderCount = 0;
  let eventCount = 0;
  for await (const { Items = [] } of scanOrders(account, tenant)) {
    const events = Items.flatMap(eventsOf).filter(({ at }) => at >= since && (until === undefined || at < until));
    orderCount += Items.length;
    eventCount += events.length;
    if (!dryRun) await publishEvents(events);
  }
  return { orderCount, eventCount };
};

try {
  const { options } = parseCommandLine(process.argv.slice(2), Options);
  const { orderCount, eventCount } = await republish(options);
  console.log(`${orderCount} orders read, ${eventCount} events ${options['dry-run'] ? 'would be ' : ''}published`);
} catch (error) {
  console.error(`${(error as Error).message}\n\n${USAGE}`);
  process.exitCode = 1;
}
