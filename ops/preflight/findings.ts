import { checkAccount, type Finding, type Target } from './checks.ts';

const LABELS = { ok: 'ok     ', raise: 'raise  ', blocked: 'BLOCKED' } as const;

const toLine = ({ subject, verdict, detail }: Finding) => `${LABELS[verdict]} ${subject.padEnd(20)} ${detail}`;

const clientOptions = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
};

/** Prints what the account lacks. Returns whether the stage can be deployed. */
export const printFindings = async (target: Target): Promise<boolean> => {
  const findings = await checkAccount(target, clientOptions);
  console.log(findings.map(toLine).join('\n'));
  const blocked = findings.filter(({ verdict }) => verdict === 'blocked');
  if (blocked.length === 0) return true;
  console.error(
    `\nFix this before you deploy: ${blocked.map(({ subject }) => subject).join(', ')}.` +
      '\nThe AWS SDK finds the credentials and the region: in a profile (AWS_PROFILE), or in AWS_ACCESS_KEY_ID, ' +
      'AWS_SECRET_ACCESS_KEY and AWS_REGION. It does not read AWS_DEFAULT_REGION. ENOTFOUND: the region does not exist, or there is no network.',
  );
  return false;
};
