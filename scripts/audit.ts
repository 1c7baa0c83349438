import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { names } from '#shared/manifest';
import { makeAudit, type Row } from './audit/audit.ts';
import { accountOf } from './ops/account.ts';

const USAGE = `npm run audit -- [--stage dev] [--endpoint <url>] [--region <region>] [--table <name>] [--at-rest] [--again-after 60]

Reads the whole table with strongly consistent Scans, writes nothing, and says which invariants of docs/simulator.md do not hold.
Orders on their way change what is read meanwhile, so a finding counts if a second look, --again-after seconds later, finds the same.
With --at-rest nothing may be on its way, and one look is enough. Ends with 1 where anything was found.

Region and credentials are found as the AWS CLI finds them. npm start and LocalStack take any, but some there must be:
AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any npm run audit -- --endpoint http://127.0.0.1:8787 --region us-east-1`;

const Options = z.object({
  stage: z.enum(['localstack', 'dev', 'staging', 'prod']).default('dev'),
  endpoint: z.url().optional(),
  region: z.string().min(1).optional(),
  table: z.string().min(3).optional(),
  'at-rest': z.boolean().default(false),
  'again-after': z.coerce.number().int().min(1).max(3_600).default(60),
});
type Options = z.infer<typeof Options>;

const REQUEST_MS = 10_000;

const optionsOf = (args: readonly string[]): Options => {
  const string = { type: 'string' } as const;
  const options = { stage: string, endpoint: string, region: string, table: string, 'again-after': string } as const;
  const { values } = parseArgs({ args: [...args], options: { ...options, 'at-rest': { type: 'boolean' } } });
  const parsed = Options.safeParse(values);
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('; '));
};

const look = async ({ stage, endpoint, region, table = names(stage).table, 'at-rest': atRest }: Options) => {
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      ...accountOf(stage, endpoint, region).options,
      requestHandler: { requestTimeout: REQUEST_MS, throwOnRequestTimeout: true },
    }),
  );
  const audit = makeAudit({ atRest, now: new Date().toISOString() });
  for await (const { Items = [] } of paginateScan({ client }, { TableName: table, ConsistentRead: true }))
    for (const item of Items) audit.take(item as Row);
  return audit.close();
};

const audit = async (options: Options) => {
  const first = await look(options);
  if (options['at-rest'] || first.violations.length === 0) return first;
  console.log(`${first.violations.length} findings; the second look is in ${options['again-after']} s`);
  await sleep(options['again-after'] * 1_000);
  const second = await look(options);
  const before = new Set(first.violations.map(({ what }) => what));
  return { ...second, violations: second.violations.filter(({ what }) => before.has(what)) };
};

try {
  const { violations, taken, orders, skus, parked } = await audit(optionsOf(process.argv.slice(2)));
  console.log(`${taken} items read: ${orders} orders, ${skus} SKUs`);
  if (parked > 0) console.log(`${parked} orders are parked as needs_attention: see docs/runbooks/orders-parked.md`);
  for (const { invariant, what } of violations) console.error(`invariant ${invariant}: ${what}`);
  console.log(violations.length === 0 ? 'every invariant holds' : `${violations.length} violations`);
  process.exitCode = violations.length === 0 ? 0 : 1;
} catch (error) {
  console.error(`${(error as Error).message}\n\n${USAGE}`);
  process.exitCode = 2;
}
