// The entry point of `npm run preflight`. What it checks is in preflight/.
import * as z from 'zod';
import { contexts } from '#contexts';
import { type ConcurrencySetting, reservationsOf } from '#platform/manifest';
import { parseCommandLine, stageKindOption, UserError } from './command-line.ts';
import { printFindings } from './preflight/findings.ts';

const Count = z.optional(
  z.coerce.number('expected a number').int('expected a whole number').positive('expected 1 or more'),
);
const settings = reservationsOf(...contexts).map(({ setting }) => setting);

const Options = z.object({
  stage: stageKindOption(['dev', 'staging', 'prod']),
  mailFrom: z.email('expected an address, such as shop@example.com').optional(),
  mailDomain: z.string().min(1, 'expected a domain, such as example.com').optional(),
  // those with which the stage is deployed
  ...(Object.fromEntries(settings.map((setting) => [setting, Count])) as Record<ConcurrencySetting, typeof Count>),
});

try {
  const { options } = parseCommandLine(process.argv.slice(2), Options);
  const { stage, mailFrom, mailDomain, ...reservedConcurrency } = options;
  if (!(await printFindings({ stage, mailFrom, mailDomain, reservedConcurrency }))) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
