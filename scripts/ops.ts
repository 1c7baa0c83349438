import { parseArgs } from 'node:util';
import type { StageName } from '#shared/manifest';
import { accountOf, Complaint } from './ops/account.ts';
import { executionsOf } from './ops/executions.ts';
import { ordersOf } from './ops/orders.ts';
import { countRests, look, redrive } from './ops/queues.ts';

const USAGE = `npm run ops -- <command> [--stage dev] [--endpoint URL] [--region REGION]

  queues                                        how many messages lie where none leaves by itself
  look --queue NAME                             up to ten messages of a queue, which stay there
  redrive --from NAME --to NAME [--most 100]    moves messages from one queue to another
  executions --workflow NAME [--status FAILED]  the last executions of a workflow, and what failed them
  orders --tenant ID --status STATUS [--most 100]  a tenant's newest orders that stand so

Credentials and region are found as the AWS SDK finds them.`;

const STAGES: readonly StageName[] = ['localstack', 'dev', 'staging', 'prod'];

const text = (fallback?: string) => ({ type: 'string' as const, ...(fallback && { default: fallback }) });
const options = {
  stage: text('dev'),
  endpoint: text(),
  region: text(),
  queue: text(),
  from: text(),
  to: text(),
  most: text('100'),
  workflow: text(),
  status: text(),
  tenant: text(),
};

const given = (name: string, value: string | undefined): string => {
  if (value === undefined) throw new Complaint(`--${name} is missing\n\n${USAGE}`);
  return value;
};

const atMost = (value: string): number => {
  const most = Number(value);
  if (!Number.isInteger(most) || most < 1) throw new Complaint(`--most must be a whole number above 0, not ${value}`);
  return most;
};

const parsed = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new Complaint(`${(error as Error).message}\n\n${USAGE}`);
  }
};

const run = async (args: readonly string[]): Promise<readonly string[]> => {
  const { positionals, values } = parsed(args);
  const stage = STAGES.find((one) => one === values.stage);
  if (!stage) throw new Complaint(`unknown stage ${values.stage}: ${STAGES.join(', ')}`);
  const account = accountOf(stage, values.endpoint, values.region);
  const most = atMost(values.most ?? '');
  switch (positionals.join(' ')) {
    case 'queues':
      return countRests(account);
    case 'look':
      return look(account, given('queue', values.queue));
    case 'redrive': {
      const [from, to] = [given('from', values.from), given('to', values.to)];
      return [`moved ${await redrive(account, from, to, most)} messages from ${from} to ${to}`];
    }
    case 'executions':
      return executionsOf(account, given('workflow', values.workflow), values.status ?? 'FAILED');
    case 'orders':
      return ordersOf(account, given('tenant', values.tenant), given('status', values.status), most);
    default:
      throw new Complaint(USAGE);
  }
};

try {
  const lines = await run(process.argv.slice(2));
  console.log(lines.length > 0 ? lines.join('\n') : 'none');
} catch (error) {
  const { name, message } = error as Error;
  console.error(error instanceof Complaint ? message : `${name}: ${message}`);
  process.exitCode = 1;
}
