// The entry point of `npm run ops`. Each of its commands is a function of the modules beside it.
import * as z from 'zod';
import { toAccount } from './account.ts';
import { accountOptions, CHECK_STAGE, parseCommandLine, UsageError, UserError } from './command-line.ts';
import { listExecutions } from './executions.ts';
import { listMails, unblockAddress } from './mails.ts';
import { listOrders } from './orders.ts';
import { endPause, listPauses, startPause } from './pauses.ts';
import { countAllMessages, countUnconsumedMessages, peekMessages, redriveMessages } from './queues.ts';
import { resumeOrders } from './resume.ts';
import { listStrays } from './strays.ts';

const USAGE = `npm run ops -- <command> [--stage dev] [--endpoint URL] [--region REGION]

  queues                                           the number of messages in each queue that nothing consumes
         --all                                     of every queue, with what is hidden: received, and tried again later
  look --queue NAME                                shows up to ten messages of a queue and leaves them there
  redrive --from NAME --to NAME [--most 100]       moves messages from one queue to another
  executions --workflow NAME [--status FAILED]     the latest executions of a workflow, with their errors
  orders --tenant ID --status STATUS [--most 100]  a tenant's newest orders with a status
  mails --tenant ID --order ID                     what became of an order's mails, and whether its address is blocked
  unblock --tenant ID --order ID                   has further mails to the customer of an order sent again
  pause --reason TEXT                              pauses the payment deadlines of all orders; none gives way to another
  unpause                                          ends the pause, by which every deadline is extended
  pauses                                           the pauses; pause forgets those that ended 90 days before it
  resume --tenant ID --cause TEXT [--most 100]     resumes the parked orders whose cause contains the text, 10 a second
         [--url URL]                               the API; default: BREAKWATER_URL
  strays --tenant ID [--most 100]                  what the provider captured for a tenant without an order

The AWS SDK finds the credentials, the region and the endpoint in the environment. For npm start, they are in a file:
. .breakwater/8787.env; npm run ops -- queues`;

const Options = z.object({
  ...accountOptions,
  all: z.boolean().default(false),
  queue: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  most: z.coerce.number({ error: 'expected a whole number above 0' }).int().min(1).default(100),
  workflow: z.string().optional(),
  status: z.string().optional(),
  tenant: z.string().optional(),
  order: z.string().optional(),
  reason: z.string().min(1).max(200).optional(),
  cause: z.string().min(1).optional(),
  url: z.string().optional(),
});

const required = (name: string, value: string | undefined): string => {
  // a shell passes a variable that is not set as an empty value
  if (value === undefined || value === '') throw new UsageError(`--${name} is missing`);
  return value;
};

const runCommand = async (args: readonly string[]): Promise<readonly string[]> => {
  const { options, positionals } = parseCommandLine(args, Options, { allowPositionals: true });
  const account = toAccount(options);
  const limit = options.most;
  switch (positionals.join(' ')) {
    case 'queues':
      return options.all ? countAllMessages(account) : countUnconsumedMessages(account);
    case 'look':
      return peekMessages(account, required('queue', options.queue));
    case 'redrive': {
      const [from, to] = [required('from', options.from), required('to', options.to)];
      return [`moved ${await redriveMessages(account, { from, to, limit })} messages from ${from} to ${to}`];
    }
    case 'executions': {
      const workflow = required('workflow', options.workflow);
      return listExecutions(account, { workflow, status: options.status ?? 'FAILED' });
    }
    case 'orders': {
      const [tenantId, status] = [required('tenant', options.tenant), required('status', options.status)];
      return listOrders(account, { tenantId, status, limit });
    }
    case 'mails':
    case 'unblock': {
      const order = { tenantId: required('tenant', options.tenant), orderId: required('order', options.order) };
      return positionals[0] === 'mails' ? listMails(account, order) : unblockAddress(account, order);
    }
    case 'pause':
      return [await startPause(account, required('reason', options.reason))];
    case 'unpause':
      return [await endPause(account)];
    case 'pauses':
      return listPauses(account);
    case 'resume': {
      const [tenantId, cause] = [required('tenant', options.tenant), required('cause', options.cause)];
      return resumeOrders(account, { tenantId, cause, limit, url: options.url });
    }
    case 'strays':
      return listStrays(account, { tenantId: required('tenant', options.tenant), limit });
    case '':
      throw new UsageError('a command is missing');
    default:
      throw new UsageError(`unknown command ${positionals.join(' ')}`);
  }
};

try {
  const lines = await runCommand(process.argv.slice(2));
  console.log(lines.length > 0 ? lines.join('\n') : 'none');
} catch (error) {
  const { name, message } = error as Error;
  if (error instanceof UsageError) console.error(`${message}\n\n${USAGE}`);
  else console.error(error instanceof UserError ? message : `${name}: ${message} (${CHECK_STAGE})`);
  process.exitCode = 1;
}
