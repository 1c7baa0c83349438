import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type HttpHandler, HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { expect, test } from 'vitest';
import { preflight } from '../../scripts/preflight/checks.ts';

const ROOT = join(import.meta.dirname, '../..');

type Answer = { readonly status?: number; readonly body: string };
const json = (value: object, status = 200): Answer => ({ status, body: JSON.stringify(value) });

const identity = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::123456789012:user/dev</Arn><UserId>U</UserId><Account>123456789012</Account></GetCallerIdentityResult>
</GetCallerIdentityResponse>`;

/** An account that can do with everything. */
const fine: Readonly<Record<string, Answer>> = {
  sts: { body: identity },
  ssm: json({ Parameter: { Value: '29' } }),
  lambda: json({ AccountLimit: { ConcurrentExecutions: 1_000 } }),
  servicequotas: json({
    Quotas: [
      { QuotaName: 'StartExecution throttle token bucket size', Value: 1 },
      { QuotaName: 'StartExecution throttle token refill rate per second', Value: 300 },
    ],
  }),
  email: json({ ProductionAccessEnabled: true, SendingEnabled: true }),
};

const account = (answers: Readonly<Record<string, Answer>>) => {
  const calls: string[] = [];
  const handler: HttpHandler = {
    async handle(request) {
      const { hostname } = HttpRequest.clone(request as HttpRequest);
      const service = hostname.split('.')[0] ?? '';
      calls.push(service);
      const { status = 200, body } = answers[service] ?? json({ __type: 'AccessDeniedException' }, 400);
      return { response: new HttpResponse({ statusCode: status, headers: {}, body: new TextEncoder().encode(body) }) };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  };
  const options = {
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: handler,
    maxAttempts: 1,
  };
  return { options, calls };
};

const verdicts = async (answers: Readonly<Record<string, Answer>>, stage: 'dev' | 'prod' = 'prod') => {
  const { options, calls } = account(answers);
  const findings = await preflight(stage, options);
  return { calls, findings, verdicts: Object.fromEntries(findings.map(({ what, verdict }) => [what, verdict])) };
};

test('an account that has all that it takes', async () => {
  const { verdicts: found, calls, findings } = await verdicts(fine);
  expect(found).toEqual({
    credentials: 'ok',
    region: 'ok',
    'CDK bootstrap': 'ok',
    'Lambda concurrency': 'ok',
    'saga starts': 'ok',
    SES: 'ok',
  });
  expect(calls.sort()).toEqual(['email', 'lambda', 'servicequotas', 'ssm', 'sts']);
  expect(findings[0]?.says).toBe('account 123456789012, as arn:aws:iam::123456789012:user/dev');
});

test.each<[string, string, Answer, string, RegExp]>([
  [
    'CDK bootstrap',
    'ssm',
    json({ __type: 'ParameterNotFound' }, 400),
    'blocked',
    /not bootstrapped, run: npx cdk boot/,
  ],
  ['CDK bootstrap', 'ssm', json({ Parameter: { Value: '5' } }), 'blocked', /version 5 is too old/],
  ['CDK bootstrap', 'ssm', json({ __type: 'AccessDeniedException' }, 400), 'raise', /cannot be told \(AccessDenied/],
  ['Lambda concurrency', 'lambda', json({ AccountLimit: { ConcurrentExecutions: 10 } }), 'raise', /^10 at a time: ask/],
  ['saga starts', 'servicequotas', json({ Quotas: [] }), 'raise', /^unknown: see "Step Functions/],
  ['SES', 'email', json({ ProductionAccessEnabled: false, SendingEnabled: true }), 'raise', /sandbox/],
])('%s: what %s says is %o', async (what, service, answer, verdict, says) => {
  const { findings } = await verdicts({ ...fine, [service]: answer });
  expect(findings.find((one) => one.what === what)).toMatchObject({ verdict, says: expect.stringMatching(says) });
});

test('nothing else is asked of an account that knows nobody', async () => {
  const { verdicts: found, calls } = await verdicts({ ...fine, sts: { status: 403, body: '<Error/>' } });
  expect(found).toEqual({ credentials: 'blocked', region: 'ok' });
  expect(calls).toEqual(['sts']);
});

test('dev sends no mail, so nobody asks SES', async () =>
  expect((await verdicts(fine, 'dev')).calls).not.toContain('email'));

test('without credentials it says so in words, and fails', () => {
  const { PATH } = process.env;
  const bare = { PATH, HOME: '/nonexistent', AWS_REGION: 'eu-west-1', AWS_EC2_METADATA_DISABLED: 'true' };
  const ended = spawnSync(process.execPath, ['scripts/preflight.ts', '--stage', 'prod'], { cwd: ROOT, env: bare });
  expect(ended.status).toBe(1);
  expect(ended.stdout.toString()).toMatch(/^BLOCKED credentials +cannot be told \(CredentialsProviderError/);
  expect(ended.stderr.toString()).toContain('Nothing can be deployed before this is mended: credentials.');
});

test('an unknown stage is told with those that there are', () => {
  const ended = spawnSync(process.execPath, ['scripts/preflight.ts', '--stage', 'moon'], { cwd: ROOT });
  expect([ended.status, ended.stderr.toString()]).toEqual([1, 'unknown stage "moon": use --stage dev|staging|prod\n']);
});
