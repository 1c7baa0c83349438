import { parseArgs } from 'node:util';
import type { StageName } from '#shared/manifest';
import { type Finding, preflight } from './preflight/checks.ts';

const STAGES: readonly StageName[] = ['dev', 'staging', 'prod'];
const SIGN = { ok: 'ok     ', raise: 'raise  ', blocked: 'BLOCKED' } as const;

const complain = (line: string): never => {
  console.error(line);
  process.exit(1);
};

const stageAskedFor = (): StageName => {
  try {
    const { values } = parseArgs({ options: { stage: { type: 'string', default: 'dev' } } });
    const stage = STAGES.find((one) => one === values.stage);
    return stage ?? complain(`unknown stage "${values.stage}": use --stage ${STAGES.join('|')}`);
  } catch (error) {
    return complain((error as Error).message);
  }
};

const line = ({ what, verdict, says }: Finding) => `${SIGN[verdict]} ${what.padEnd(20)} ${says}`;

const options = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
};

const findings = await preflight(stageAskedFor(), options);
console.log(findings.map(line).join('\n'));
const blocked = findings.filter(({ verdict }) => verdict === 'blocked');
if (blocked.length > 0) {
  console.error(
    `\nNothing can be deployed before this is mended: ${blocked.map(({ what }) => what).join(', ')}.` +
      '\nCredentials and region are found as the AWS CLI finds them: a profile (AWS_PROFILE), or AWS_ACCESS_KEY_ID, ' +
      'AWS_SECRET_ACCESS_KEY and AWS_REGION.',
  );
  process.exitCode = 1;
}
