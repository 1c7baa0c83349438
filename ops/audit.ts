// The entry point of `npm run audit`. What it checks is in audit/.
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { toAccount } from './account.ts';
import { type AuditReport, createTableAudit, type Row } from './audit/table-audit.ts';
import { accountOptions, parseCommandLine } from './command-line.ts';

const USAGE = `npm run audit -- [--stage dev] [--endpoint <url>] [--region <region>] [--table <name>] [--at-rest] [--again-after 60]

Reads the whole table with strongly consistent Scans and lists the invariants of docs/simulator.md that do not hold. It writes nothing.
Orders in progress change the table while it is read. So the audit reads it a second time, --again-after seconds later, and reports
what both reads show. With --at-rest, nothing may be in progress, and it reads once.
The exit code is 0 if every invariant holds, 1 if one does not, and 2 if the audit failed.

The AWS SDK finds the credentials, the region and the endpoint in the environment. For npm start, they are in a file:
. .breakwater/8787.env; npm run audit`;

const Options = z.object({
  ...accountOptions,
  table: z.string().min(3).optional(),
  'at-rest': z.boolean().default(false),
  'again-after': z.coerce.number().int().min(1).max(3_600).default(60),
});
type Options = z.infer<typeof Options>;

const REQUEST_TIMEOUT_MS = 10_000;

const readTable = async (options: Options): Promise<AuditReport> => {
  const { names, clientOptions } = toAccount(options);
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      ...clientOptions,
      requestHandler: { requestTimeout: REQUEST_TIMEOUT_MS, throwOnRequestTimeout: true },
    }),
  );
  const audit = createTableAudit({ atRest: options['at-rest'], now: new Date().toISOString() });
  const scan = { TableName: options.table ?? names.table, ConsistentRead: true };
  for await (const { Items = [] } of paginateScan({ client }, scan)) {
    for (const item of Items) audit.addRow(item as Row);
  }
  return audit.report();
};

const auditTable = async (options: Options): Promise<AuditReport> => {
  const first = await readTable(options);
  if (options['at-rest'] || first.violations.length === 0) return first;
  const delaySeconds = options['again-after'];
  console.log(`${first.violations.length} possible violations; the second read starts in ${delaySeconds} s`);
  await sleep(delaySeconds * 1_000);
  const second = await readTable(options);
  const firstMessages = new Set(first.violations.map(({ message }) => message));
  return { ...second, violations: second.violations.filter(({ message }) => firstMessages.has(message)) };
};

try {
  const { options } = parseCommandLine(process.argv.slice(2), Options);
  const { violations, itemCount, orderCount, skuCount, parkedCount, withheldCount } = await auditTable(options);
  console.log(`${itemCount} items read: ${orderCount} orders, ${skuCount} SKUs`);
  if (parkedCount > 0)
    console.log(`${parkedCount} orders are parked (needs_attention): see docs/runbooks/orders-parked.md`);
  if (withheldCount > 0) console.log(`${withheldCount} mails were withheld: see docs/runbooks/mails-withheld.md`);
  for (const { invariant, message } of violations) console.error(`invariant ${invariant}: ${message}`);
  console.log(violations.length === 0 ? 'every invariant holds' : `${violations.length} violations`);
  process.exitCode = violations.length === 0 ? 0 : 1;
} catch (error) {
  console.error(`${(error as Error).message}\n\n${USAGE}`);
  process.exitCode = 2;
}
