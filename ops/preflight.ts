// The entry point of `npm run preflight`. What it checks is in preflight/.
import * as z from 'zod';
import { contexts } from '#contexts';
import { type ConcurrencySetting, reservationsOf } from '#platform/manifest';
import { parseCommandLine, stageKindOption, UserError } from './command-line.ts';
import { checkAccount, type Finding } from './preflight/checks.ts';

const Count = z.optional(
  z.coerce.number('expected a number').int('expected a whole number').positive('expected 1 or more'),
);
const settings = reservationsOf(...contexts).map(({ setting }) => setting);

const Options = z.object({
  stage: stageKindOption(['dev', 'staging', 'prod']),
  // those with which the stage is deployed
  ...(Object.fromEntries(settings.map((setting) => [setting, Count])) as Record<ConcurrencySetting, typeof Count>),
});

const LABELS = { ok: 'ok     ', raise: 'raise  ', blocked: 'BLOCKED' } as const;

const toLine = ({ subject, verdict, detail }: Finding) => `${LABELS[verdict]} ${subject.padEnd(20)} ${detail}`;

const clientOptions = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
};

try {
  const { options } = parseCommandLine(process.argv.slice(2), Options);
  const { stage, ...reservedConcurrency } = options;
  const findings = await checkAccount({ stage, reservedConcurrency }, clientOptions);
  console.log(findings.map(toLine).join('\n'));
  const blocked = findings.filter(({ verdict }) => verdict === 'blocked');
  if (blocked.length > 0) {
    console.error(
      `\nFix this before you deploy: ${blocked.map(({ subject }) => subject).join(', ')}.` +
        '\nThe AWS SDK finds the credentials and the region: in a profile (AWS_PROFILE), or in AWS_ACCESS_KEY_ID, ' +
        'AWS_SECRET_ACCESS_KEY and AWS_REGION.',
    );
    process.exitCode = 1;
  }
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
