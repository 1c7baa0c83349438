// The entry point of `npm run preflight`. What it checks is in preflight/.
import * as z from 'zod';
import { contexts } from '#contexts';
import { type ConcurrencySetting, isConcurrency, reservationsOf, stageKindOf } from '#platform/manifest';
import { parseCommandLine, stageOption, UsageError, UserError } from './command-line.ts';
import { printFindings } from './preflight/findings.ts';

const USAGE = `npm run preflight -- [--stage dev] [--mailFrom <address>] [--mailDomain <domain>] [--certificateArn <ARN>] [--<setting> <number>]...

Prints what the account lacks for a stage, and changes nothing. "BLOCKED": a deployment would fail. "raise": the stage would work, but not
for long or not for many customers. The settings are those with which the stage is deployed: here they are options, such as --chargeConcurrency 50.`;

const Count = z.string().refine(isConcurrency, 'expected a whole number of 1 or more').transform(Number).optional();
const settings = reservationsOf(...contexts).map(({ setting }) => setting);

const Options = z.object({
  stage: stageOption(['dev', 'staging', 'prod']),
  mailFrom: z.email('expected an address, such as shop@example.com').optional(),
  mailDomain: z.string().min(1, 'expected a domain, such as example.com').optional(),
  certificateArn: z.string().startsWith('arn:', 'expected an ARN, such as arn:aws:acm:...').optional(),
  // those with which the stage is deployed
  ...(Object.fromEntries(settings.map((setting) => [setting, Count])) as Record<ConcurrencySetting, typeof Count>),
});

try {
  const { options } = parseCommandLine(process.argv.slice(2), Options);
  const { stage, mailFrom, mailDomain, certificateArn, ...reservedConcurrency } = options;
  const target = { stage: stageKindOf(stage), mailFrom, mailDomain, certificateArn, reservedConcurrency };
  if (!(await printFindings(target))) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error instanceof UsageError ? `${error.message}\n\n${USAGE}` : error.message);
  process.exitCode = 1;
}
