// The entry point of `npm run smoke`.
import * as z from 'zod';
import { getOperatorKey, toAccount } from './account.ts';
import { findApiUrl, toApiUrl } from './api-url.ts';
import { accountOptions, parseCommandLine, UsageError, UserError } from './command-line.ts';
import { smokeTest } from './smoke-test.ts';

const USAGE = `npm run smoke -- [--stage dev] [--url <url of the API>] [--token <payment token>] [--endpoint <url>] [--region <region>]

Places an order over HTTP as a client does, and waits until it is confirmed. It makes an API key for a tenant of its own with the operator's key,
and revokes it at the end. --url is by default the output ApiUrl of the stage's API stack, and --token is tok_ok where the payment sandbox is;
a stage with a real provider needs a test token of it, or no order is placed.`;

const Options = z.object({
  ...accountOptions,
  url: z.string().optional(),
  token: z.string().min(1, 'expected a payment token, such as tok_ok').optional(),
});

/** The kinds of stages that have the sandbox by default. */
const SANDBOXED = /(?:^|-)(?:dev|localstack)$/;

try {
  const { options } = parseCommandLine(process.argv.slice(2), Options);
  const account = toAccount(options);
  const { token = SANDBOXED.test(options.stage) ? 'tok_ok' : undefined } = options;
  const url = options.url ?? process.env['BREAKWATER_URL'];
  await smokeTest({
    url: url === undefined ? await findApiUrl(account) : toApiUrl(url),
    operatorKey: await getOperatorKey(account),
    token,
    onStep: (text) => console.log(`ok  ${text}`),
  });
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error instanceof UsageError ? `${error.message}\n\n${USAGE}` : error.message);
  process.exitCode = 1;
}
