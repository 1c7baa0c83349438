// The entry point of `npm run preflight`. What it checks is in preflight/.
import * as z from 'zod';
import { parseCommandLine, stageKindOption, UserError } from './command-line.ts';
import { printFindings } from './preflight/findings.ts';

const Options = z.object({
  stage: stageKindOption(['dev', 'staging', 'prod']),
  'mail-from': z.email('expected an address, such as shop@example.com').optional(),
});

try {
  const { options } = parseCommandLine(process.argv.slice(2), Options);
  const { stage, 'mail-from': mailFrom } = options;
  if (!(await printFindings({ stage, mailFrom }))) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
