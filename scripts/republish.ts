import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { eventsOf } from '#orders/data/history-events';
import { entryOf } from '#relay/outbox';
import { publish } from '#relay/publish';
import type { Event } from '#shared/events';
import { names, type StageName } from '#shared/manifest';

const USAGE = `npm run republish -- --since <time> [--until <time>] [--tenant <id>] [--stage dev] [--endpoint <url>] [--dry-run]

Publishes the events of orders again, from what the table says of them, to the stage's bus. Times are ISO 8601: events
from --since on, and before --until. It reads with a Scan and writes nothing. Repeats keep their ids.`;

const Time = z.iso.datetime({ offset: true }).transform((time) => new Date(time).toISOString());
const Options = z.object({
  since: Time,
  until: Time.optional(),
  tenant: z
    .string()
    .regex(/^[a-z0-9]{1,64}$/)
    .optional(),
  stage: z.enum(['localstack', 'dev', 'staging', 'prod']).default('dev'),
  endpoint: z.url().optional(),
  'dry-run': z.boolean().default(false),
});
type Options = z.infer<typeof Options>;

const optionsOf = (args: readonly string[]): Options => {
  const string = { type: 'string' } as const;
  const options = { since: string, until: string, tenant: string, stage: string, endpoint: string } as const;
  const { values } = parseArgs({ args: [...args], options: { ...options, 'dry-run': { type: 'boolean' } } });
  const parsed = Options.safeParse(values);
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('; '));
};

/** Every order's item, a page at a time, with the operator's own credentials. */
const pagesOf = (db: DynamoDBDocumentClient, stage: StageName, tenant = '') =>
  paginateScan(
    { client: db },
    {
      TableName: names(stage).table,
      FilterExpression: 'begins_with(pk, :orders) AND sk = :order',
      ExpressionAttributeValues: { ':orders': tenant ? `orders#${tenant}#order#` : 'orders#', ':order': 'order' },
    },
  );

const PATIENCE_MS = 60_000;

const republish = async ({ since, until, tenant, stage, endpoint, 'dry-run': dryRun }: Options) => {
  const client = endpoint === undefined ? {} : { endpoint };
  const db = DynamoDBDocumentClient.from(new DynamoDBClient(client));
  const bus = new EventBridgeClient(client);
  const world = {
    bus,
    sleep: (ms: number) => sleep(ms),
    now: () => new Date(),
    random: Math.random,
    logger: new Logger({ logLevel: 'WARN' }),
  };
  const count = { orders: 0, events: 0 };

  for await (const { Items = [] } of pagesOf(db, stage, tenant)) {
    const events = Items.flatMap(eventsOf).filter(({ at }) => at >= since && (until === undefined || at < until));
    count.orders += Items.length;
    count.events += events.length;
    if (!dryRun) await send(world, names(stage).bus, events);
  }
  return count;
};

const send = async (world: Parameters<typeof publish>[0], bus: string, events: readonly Event[]) => {
  const entries = events.map((event) => entryOf(event, 'orders', bus));
  const { failed, refused } = await publish(world, entries, Date.now() + PATIENCE_MS);
  if (failed !== undefined) throw new Error(`the bus does not take event ${events[failed]?.id} now: run this again`);
  for (const [at, reason] of refused) throw new Error(`the bus refuses event ${events[at]?.id}: ${reason}`);
};

try {
  const options = optionsOf(process.argv.slice(2));
  const { orders, events } = await republish(options);
  console.log(`${orders} orders read, ${events} events ${options['dry-run'] ? 'would be ' : ''}published`);
} catch (error) {
  console.error(`${(error as Error).message}\n\n${USAGE}`);
  process.exitCode = 1;
}
