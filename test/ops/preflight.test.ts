import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type HttpHandler, HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { expect, test } from 'vitest';
import type { ReservedConcurrency } from '#platform/manifest';
import { checkAccount } from '../../ops/preflight/checks.ts';

const ROOT = join(import.meta.dirname, '../..');

type StubResponse = { readonly status?: number; readonly body: string };
const json = (value: object, status = 200): StubResponse => ({ status, body: JSON.stringify(value) });

const identity = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::123456789012:user/dev</Arn><UserId>U</UserId><Account>123456789012</Account></GetCallerIdentityResult>
</GetCallerIdentityResponse>`;

/** The responses for an account that lacks nothing. */
const sufficient: Readonly<Record<string, StubResponse>> = {
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

const createClientOptions = (responses: Readonly<Record<string, StubResponse>>) => {
  const calls: string[] = [];
  const handler: HttpHandler = {
    async handle(request) {
      const { hostname } = HttpRequest.clone(request as HttpRequest);
      const service = hostname.split('.')[0] ?? '';
      calls.push(service);
      const { status = 200, body } = responses[service] ?? json({ __type: 'AccessDeniedException' }, 400);
      return { response: new HttpResponse({ statusCode: status, headers: {}, body: new TextEncoder().encode(body) }) };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  };
  const clientOptions = {
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: handler,
    maxAttempts: 1,
  };
  return { clientOptions, calls };
};

const check = async (
  responses: Readonly<Record<string, StubResponse>>,
  stage: 'dev' | 'prod' = 'prod',
  reservedConcurrency: ReservedConcurrency = {},
) => {
  const { clientOptions, calls } = createClientOptions(responses);
  const findings = await checkAccount({ stage, reservedConcurrency }, clientOptions);
  return { calls, findings, verdicts: Object.fromEntries(findings.map(({ subject, verdict }) => [subject, verdict])) };
};

test('finds nothing to change in an account that lacks nothing', async () => {
  const { verdicts, calls, findings } = await check(sufficient);
  expect(verdicts).toEqual({
    credentials: 'ok',
    region: 'ok',
    'CDK bootstrap': 'ok',
    'Lambda concurrency': 'ok',
    'saga starts': 'ok',
    SES: 'ok',
  });
  expect(calls.sort()).toEqual(['email', 'lambda', 'servicequotas', 'ssm', 'sts']);
  expect(findings[0]?.detail).toBe('account 123456789012, as arn:aws:iam::123456789012:user/dev');
});

type Case = {
  readonly subject: string;
  readonly service: string;
  readonly response: StubResponse;
  readonly verdict: string;
  readonly detail: RegExp;
};

test.each<Case>([
  {
    subject: 'CDK bootstrap',
    service: 'ssm',
    response: json({ __type: 'ParameterNotFound' }, 400),
    verdict: 'blocked',
    detail: /not bootstrapped in this region, run: npx cdk boot/,
  },
  {
    subject: 'CDK bootstrap',
    service: 'ssm',
    response: json({ Parameter: { Value: '5' } }),
    verdict: 'blocked',
    detail: /version 5 is too old/,
  },
  {
    subject: 'CDK bootstrap',
    service: 'ssm',
    response: json({ __type: 'AccessDeniedException' }, 400),
    verdict: 'raise',
    detail: /the check failed \(AccessDenied/,
  },
  {
    subject: 'Lambda concurrency',
    service: 'lambda',
    response: json({ AccountLimit: { ConcurrentExecutions: 10 } }),
    verdict: 'raise',
    detail: /^10 at the same time: request 200/,
  },
  {
    subject: 'saga starts',
    service: 'servicequotas',
    response: json({ Quotas: [] }),
    verdict: 'raise',
    detail: /^unknown: see "Step Functions/,
  },
  {
    subject: 'SES',
    service: 'email',
    response: json({ ProductionAccessEnabled: false, SendingEnabled: true }),
    verdict: 'raise',
    detail: /sandbox/,
  },
])('$subject: $service answers with $response.body', async ({ subject, service, response, verdict, detail }) => {
  const { findings } = await check({ ...sufficient, [service]: response });
  expect(findings.find((finding) => finding.subject === subject)).toMatchObject({
    verdict,
    detail: expect.stringMatching(detail),
  });
});

test.each([
  {
    limit: 10,
    verdict: 'blocked',
    detail: /^10 at the same time, but this stage reserves 150, .* request 250 or more/,
  },
  { limit: 249, verdict: 'blocked', detail: /^249 at the same time/ },
  { limit: 250, verdict: 'ok', detail: /^250 at the same time$/ },
  { limit: 1_000, unreserved: 850, verdict: 'ok', detail: /^1000 at the same time$/ },
  {
    limit: 1_000,
    unreserved: 249,
    verdict: 'raise',
    detail: /reserved all but 249, .* unless they are this stage's own/,
  },
])(
  'an account of $limit, $unreserved of which are not reserved, is $verdict for a stage that reserves 150',
  async (account) => {
    const body = { ConcurrentExecutions: account.limit, UnreservedConcurrentExecutions: account.unreserved };
    const responses = { ...sufficient, lambda: json({ AccountLimit: body }) };
    const { findings } = await check(responses, 'prod', { chargeConcurrency: 50, authorizerConcurrency: 100 });
    expect(findings.find(({ subject }) => subject === 'Lambda concurrency')).toMatchObject({
      verdict: account.verdict,
      detail: expect.stringMatching(account.detail),
    });
  },
);

test.each(['0', '1.5', 'many'])('a concurrency of %s is rejected', (count) => {
  const result = spawnSync(process.execPath, ['ops/preflight.ts', '--relayConcurrency', count], { cwd: ROOT });
  expect([result.status, result.stderr.toString()]).toEqual([
    1,
    expect.stringMatching(/^--relayConcurrency: expected .*\n$/),
  ]);
});

test('without valid credentials, it checks nothing else', async () => {
  const { verdicts, calls } = await check({ ...sufficient, sts: { status: 403, body: '<Error/>' } });
  expect(verdicts).toEqual({ credentials: 'blocked', region: 'ok' });
  expect(calls).toEqual(['sts']);
});

test('dev sends no mail, so SES is not called', async () =>
  expect((await check(sufficient, 'dev')).calls).not.toContain('email'));

test('without credentials, it prints a readable reason and fails', () => {
  const { PATH } = process.env;
  const env = { PATH, HOME: '/nonexistent', AWS_REGION: 'eu-west-1', AWS_EC2_METADATA_DISABLED: 'true' };
  const result = spawnSync(process.execPath, ['ops/preflight.ts', '--stage', 'prod'], { cwd: ROOT, env });
  expect(result.status).toBe(1);
  expect(result.stdout.toString()).toMatch(/^BLOCKED credentials +the check failed \(CredentialsProviderError/);
  expect(result.stderr.toString()).toContain('Fix this before you deploy: credentials.');
});

test('an unknown stage is rejected with a list of the stages', () => {
  const result = spawnSync(process.execPath, ['ops/preflight.ts', '--stage', 'moon'], { cwd: ROOT });
  expect([result.status, result.stderr.toString()]).toEqual([1, '--stage: expected one of dev, staging, prod\n']);
});
