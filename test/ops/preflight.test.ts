import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type HttpHandler, HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { expect, test } from 'vitest';
import { checkAccount, type Target } from '../../ops/preflight/checks.ts';

const ROOT = join(import.meta.dirname, '../..');

type StubResponse = { readonly status?: number; readonly body: string };
const json = (value: object, status = 200): StubResponse => ({ status, body: JSON.stringify(value) });

const identity = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::123456789012:user/dev</Arn><UserId>U</UserId><Account>123456789012</Account></GetCallerIdentityResult>
</GetCallerIdentityResponse>`;

/** The paths of the identities that SES may have verified for the sender. */
const SENDER = '/v2/email/identities/shop%40mail.example';
const DOMAIN = '/v2/email/identities/mail.example';
const notFound = json({ __type: 'NotFoundException', message: 'no such identity' }, 404);

const mailAccount = (change: object = {}) => ({
  ...{ ProductionAccessEnabled: true, SendingEnabled: true },
  SendQuota: { MaxSendRate: 14, Max24HourSend: 50_000 },
  SuppressionAttributes: { SuppressedReasons: ['BOUNCE', 'COMPLAINT'] },
  ...change,
});

/** The responses for an account that lacks nothing, by service or by path. */
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
  email: json(mailAccount()),
  [SENDER]: json({ VerifiedForSendingStatus: true }),
};

const createClientOptions = (responses: Readonly<Record<string, StubResponse>>) => {
  const calls: string[] = [];
  const handler: HttpHandler = {
    async handle(request) {
      const { hostname, path } = HttpRequest.clone(request as HttpRequest);
      const service = hostname.split('.')[0] ?? '';
      calls.push(service);
      const { status = 200, body } =
        responses[path] ?? responses[service] ?? json({ __type: 'AccessDeniedException' }, 400);
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
  target: Target = { stage: 'prod', mailFrom: 'shop@mail.example' },
) => {
  const { clientOptions, calls } = createClientOptions(responses);
  const findings = await checkAccount(target, clientOptions);
  return { calls, findings, verdicts: Object.fromEntries(findings.map(({ subject, verdict }) => [subject, verdict])) };
};

test('finds nothing to change in an account that lacks nothing', async () => {
  const { verdicts, calls, findings } = await check(sufficient);
  expect(verdicts).toEqual({
    credentials: 'ok',
    region: 'ok',
    'CDK bootstrap': 'ok',
    certificate: 'ok',
    'Lambda concurrency': 'ok',
    'saga starts': 'ok',
    SES: 'ok',
    'SES quota': 'ok',
    'SES sender': 'ok',
    'SES bounces': 'ok',
  });
  expect([...new Set(calls)].sort()).toEqual(['email', 'lambda', 'servicequotas', 'ssm', 'sts']);
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
    detail: /not bootstrapped in this region, run: \(cd docs && npx cdk bootstrap aws:\/\/123456789012\/eu-west-1\)$/,
  },
  {
    subject: 'CDK bootstrap',
    service: 'ssm',
    response: json({ Parameter: { Value: '5' } }),
    verdict: 'blocked',
    detail: /version 5 is too old, run: \(cd docs && npx cdk bootstrap aws:\/\/123456789012\/eu-west-1\)$/,
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
    response: json(mailAccount({ ProductionAccessEnabled: false })),
    verdict: 'raise',
    detail: /sandbox/,
  },
  {
    subject: 'SES quota',
    service: 'email',
    response: json(mailAccount({ SendQuota: { MaxSendRate: 14, Max24HourSend: -1 } })),
    verdict: 'ok',
    detail: /^14 mails a second, any number a day$/,
  },
  {
    subject: 'SES quota',
    service: 'email',
    response: json(mailAccount({ SendQuota: { MaxSendRate: 1, Max24HourSend: 50_000 } })),
    verdict: 'raise',
    detail: /^1 mails a second, 50000 a day: .*request 14 a second/,
  },
  {
    subject: 'SES quota',
    service: 'email',
    response: json(mailAccount({ SendQuota: { MaxSendRate: 14, Max24HourSend: 200 } })),
    verdict: 'raise',
    detail: /^14 mails a second, 200 a day: /,
  },
  {
    subject: 'SES quota',
    service: 'email',
    response: json(mailAccount({ SendQuota: undefined })),
    verdict: 'raise',
    detail: /^unknown: see the sending quotas in the console of SES$/,
  },
  {
    subject: 'SES bounces',
    service: 'email',
    response: json(mailAccount({ SuppressionAttributes: { SuppressedReasons: ['BOUNCE'] } })),
    verdict: 'raise',
    detail: /run: aws sesv2 put-account-suppression-attributes/,
  },
  {
    subject: 'SES bounces',
    service: 'email',
    response: json(mailAccount({ SuppressionAttributes: undefined })),
    verdict: 'raise',
    detail: /bounce or complain/,
  },
  {
    subject: 'SES sender',
    service: SENDER,
    response: json({ __type: 'AccessDeniedException' }, 403),
    verdict: 'raise',
    detail: /the check failed \(AccessDenied/,
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
    const { findings } = await check(responses, {
      ...{ stage: 'prod', reservedConcurrency: { chargeConcurrency: 50, authorizerConcurrency: 100 } },
    });
    expect(findings.find(({ subject }) => subject === 'Lambda concurrency')).toMatchObject({
      verdict: account.verdict,
      detail: expect.stringMatching(account.detail),
    });
  },
);

test.each(['0', '1.5', 'many', '0x10', '1e3', ''])('a concurrency of %s is rejected', (count) => {
  const result = spawnSync(process.execPath, ['ops/preflight.ts', '--relayConcurrency', count], { cwd: ROOT });
  expect([result.status, result.stderr.toString()]).toEqual([
    1,
    expect.stringMatching(/^--relayConcurrency: expected .*\n\nnpm run preflight -- /),
  ]);
});

test.each([
  {
    address: notFound,
    domain: json({ VerifiedForSendingStatus: true }),
    verdict: 'ok',
    detail: 'mail.example is verified',
  },
  {
    address: json({ VerifiedForSendingStatus: false }),
    domain: json({ VerifiedForSendingStatus: true }),
    ...{ verdict: 'ok', detail: 'mail.example is verified' },
  },
  {
    address: json({ VerifiedForSendingStatus: true }),
    domain: notFound,
    ...{ verdict: 'ok', detail: 'shop@mail.example is verified' },
  },
  ...[notFound, json({ VerifiedForSendingStatus: false })].map((domain) => ({
    ...{ address: notFound, domain, verdict: 'raise' },
    detail: 'SES sends nothing from shop@mail.example: verify the address or its domain in the console of SES',
  })),
])(
  'the sender is verified by its address $address.body or its domain $domain.body',
  async ({ address, domain, ...expected }) => {
    const { findings } = await check({ ...sufficient, [SENDER]: address, [DOMAIN]: domain });
    expect(findings.find(({ subject }) => subject === 'SES sender')).toMatchObject(expected);
  },
);

test('the sender is verified by a domain that contains its own, but not by a public suffix alone', async () => {
  const mailFrom = 'shop@mail.shops.example';
  const notVerified = Object.fromEntries(
    [mailFrom, 'mail.shops.example'].map((name) => [`/v2/email/identities/${encodeURIComponent(name)}`, notFound]),
  );
  const target: Target = { stage: 'prod', mailFrom };
  const senderOf = async (responses: Readonly<Record<string, StubResponse>>) =>
    (await check({ ...sufficient, ...notVerified, ...responses }, target)).findings.find(
      ({ subject }) => subject === 'SES sender',
    );
  const verified = json({ VerifiedForSendingStatus: true });
  expect(await senderOf({ '/v2/email/identities/shops.example': verified })).toMatchObject({
    verdict: 'ok',
    detail: 'shops.example is verified',
  });
  const parents = { '/v2/email/identities/shops.example': notFound, '/v2/email/identities/example': verified };
  expect(await senderOf(parents)).toMatchObject({ verdict: 'raise' });
});

test('an unverified sender waits for the DNS records of a domain that the stage verifies itself', async () => {
  const unverified = json({ VerifiedForSendingStatus: false });
  const target: Target = { stage: 'prod', mailFrom: 'shop@mail.example', mailDomain: 'mail.example' };
  const senderOf = async (domain: StubResponse) =>
    (await check({ ...sufficient, [SENDER]: notFound, [DOMAIN]: domain }, target)).findings.find(
      ({ subject }) => subject === 'SES sender',
    );
  for (const domain of [notFound, unverified])
    expect(await senderOf(domain)).toMatchObject({
      verdict: 'raise',
      detail: expect.stringMatching(
        /^SES sends nothing from shop@mail\.example until the DNS of mail\.example has .*DkimRecord1/,
      ),
    });
  expect(await senderOf(json({ VerifiedForSendingStatus: true }))).toMatchObject({ verdict: 'ok' });
});

test('without its sender, it says how to name it', async () => {
  const { findings } = await check(sufficient, { stage: 'prod' });
  expect(findings.find(({ subject }) => subject === 'SES sender')).toMatchObject({
    verdict: 'raise',
    detail: 'unknown: add --mailFrom shop@example.com, the sender of the stage',
  });
});

test('a sender that is no address is rejected', () => {
  const args = ['ops/preflight.ts', '--stage', 'prod', '--mailFrom', 'the shop'];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: ROOT });
  expect([status, stderr.toString()]).toEqual([
    1,
    expect.stringMatching(/^--mailFrom: expected an address, such as shop@example.com\n\nnpm run preflight -- /),
  ]);
});

test('without valid credentials, it checks nothing else', async () => {
  const { verdicts, calls } = await check({ ...sufficient, sts: { status: 403, body: '<Error/>' } });
  expect(verdicts).toEqual({ credentials: 'blocked', region: 'ok' });
  expect(calls).toEqual(['sts']);
});

test('dev sends no mail, so SES is not called', async () =>
  expect((await check(sufficient, { stage: 'dev' })).calls).not.toContain('email'));

test('without credentials, it prints a readable reason and fails', () => {
  const { PATH } = process.env;
  const env = { PATH, HOME: '/nonexistent', AWS_REGION: 'eu-west-1', AWS_EC2_METADATA_DISABLED: 'true' };
  const result = spawnSync(process.execPath, ['ops/preflight.ts', '--stage', 'prod'], { cwd: ROOT, env });
  expect(result.status).toBe(1);
  expect(result.stdout.toString()).toMatch(/^BLOCKED credentials +the check failed \(CredentialsProviderError/);
  expect(result.stderr.toString()).toContain('Fix this before you deploy: credentials.');
});

test('a variable of the region that only other tools read is named', () => {
  const { PATH } = process.env;
  const env = { PATH, HOME: '/nonexistent', AWS_DEFAULT_REGION: 'eu-west-1', AWS_EC2_METADATA_DISABLED: 'true' };
  const { stdout, stderr } = spawnSync(process.execPath, ['ops/preflight.ts'], { cwd: ROOT, env });
  expect(stdout.toString()).toContain('Region is missing');
  expect(stderr.toString()).toContain('It does not read AWS_DEFAULT_REGION.');
});

test.each([
  ['eu-west-1', '123456789012', 'ok', 'is one of eu-west-1, account 123456789012'],
  [
    ...(['us-east-1', '123456789012', 'blocked'] as const),
    'is one of us-east-1, account 123456789012, but the stage is deployed to eu-west-1, account 123456789012: request one there in ACM',
  ],
  [
    ...(['eu-west-1', '210987654321', 'blocked'] as const),
    'is one of eu-west-1, account 210987654321, but the stage is deployed to eu-west-1, account 123456789012: request one there in ACM',
  ],
])('a certificate of %s and account %s is %s', async (...[region, account, verdict, detail]) => {
  const certificateArn = `arn:aws:acm:${region}:${account}:certificate/a`;
  const { findings } = await check(sufficient, { stage: 'dev', certificateArn });
  expect(findings.find(({ subject }) => subject === 'certificate')).toEqual({
    subject: 'certificate',
    verdict,
    detail,
  });
});

test('a stage with a name of its own is checked as its kind', () => {
  const args = ['ops/preflight.ts', '--stage', 'blue-dev'];
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true' };
  const { stdout } = spawnSync(process.execPath, args, { cwd: ROOT, env });
  expect(stdout.toString()).toMatch(/^BLOCKED credentials /);
});

test('an unknown stage is rejected with a list of the stages', () => {
  const result = spawnSync(process.execPath, ['ops/preflight.ts', '--stage', 'moon'], { cwd: ROOT });
  expect([result.status, result.stderr.toString()]).toEqual([
    1,
    expect.stringMatching(
      /^--stage: expected one of dev, staging, prod, or a name before it, such as blue-dev\n\nnpm run/,
    ),
  ]);
});
