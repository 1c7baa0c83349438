import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Target } from '../../ops/preflight/check.ts';
import { listenAsAws, type StubResponse } from '../fixtures/aws-stub.ts';
import {
  runChecks as check,
  DOMAIN,
  json,
  mailAccount,
  SENDER,
  type Stubs,
  sufficient,
} from '../fixtures/preflight.ts';
import { runScript } from '../fixtures/run-script.ts';

const ROOT = join(import.meta.dirname, '../..');

const notFound = json({ __type: 'NotFoundException', message: 'no such identity' }, 404);

test('finds nothing to change in an account that lacks nothing', async () => {
  const { verdicts, calls, findings } = await check(sufficient);
  expect(verdicts).toEqual({
    credentials: 'ok',
    region: 'ok',
    'CDK bootstrap': 'ok',
    'Lambda concurrency': 'ok',
    'saga starts': 'ok',
    names: 'ok',
    secrets: 'ok',
    certificate: 'ok',
    SES: 'ok',
    'SES quota': 'ok',
    'SES sender': 'ok',
    'SES bounces': 'ok',
  });
  expect([...new Set(calls)].sort()).toEqual([
    'dynamodb',
    'email',
    'events',
    'lambda',
    'logs',
    'secretsmanager',
    'servicequotas',
    'sqs',
    'ssm',
    'sts',
  ]);
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
    response: json({ Parameter: { Value: '6' } }),
    verdict: 'ok',
    detail: /^version 6$/,
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
    subject: 'Lambda concurrency',
    service: 'lambda',
    response: json({ AccountLimit: { ConcurrentExecutions: 199 } }),
    verdict: 'raise',
    detail: /^199 at the same time: request 200/,
  },
  {
    subject: 'Lambda concurrency',
    service: 'lambda',
    response: json({ AccountLimit: { ConcurrentExecutions: 200 } }),
    verdict: 'ok',
    detail: /^200 at the same time$/,
  },
  {
    subject: 'Lambda concurrency',
    service: 'lambda',
    response: json({}),
    verdict: 'raise',
    detail: /^unknown: see "Lambda: Concurrent executions" in Service Quotas$/,
  },
  {
    subject: 'saga starts',
    service: 'servicequotas',
    response: json({ Quotas: [] }),
    verdict: 'raise',
    detail: /^unknown: see "Step Functions/,
  },
  ...[
    { starts: 99, verdict: 'raise', detail: /^99 per second: request 100 or more of "Step Functions: StartExecution/ },
    { starts: 100, verdict: 'ok', detail: /^100 per second$/ },
  ].map(({ starts, ...expected }) => ({
    ...{ subject: 'saga starts', service: 'servicequotas', ...expected },
    response: json({
      Quotas: [{ QuotaName: 'StartExecution throttle token refill rate per second', Value: starts }],
    }),
  })),
  // each of them stops mail alone
  ...[{ ProductionAccessEnabled: false }, { SendingEnabled: false }].map((change) => ({
    ...{ subject: 'SES', service: 'email', response: json(mailAccount(change)), verdict: 'raise' },
    detail: /sandbox\), or does not send at all: request production access/,
  })),
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
  ...['BOUNCE', 'COMPLAINT'].map((reason) => ({
    ...{ subject: 'SES bounces', service: 'email', verdict: 'raise' },
    response: json(mailAccount({ SuppressionAttributes: { SuppressedReasons: [reason] } })),
    detail: /run: aws sesv2 put-account-suppression-attributes --suppressed-reasons BOUNCE COMPLAINT$/,
  })),
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
  const senderOf = async (responses: Stubs) =>
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

test('checks for the options of the command line: the sender of mail, its domain, and what is reserved', async () => {
  const aws = await listenAsAws((call) => {
    if (call.startsWith('/v2/email/identities/')) return notFound;
    return call.startsWith('/2016') ? json({ AccountLimit: { ConcurrentExecutions: 1_000 } }) : undefined;
  });
  const mail = ['--mailFrom', 'shop@example.com', '--mailDomain', 'example.com'];
  const args = ['--stage', 'staging', ...mail, '--chargeConcurrency', '950'];
  const { status, stdout } = await runScript(['ops/preflight.ts', ...args], {
    HOME: '/nonexistent',
    ...aws.environment,
  });
  aws.close();
  expect(stdout).toMatch(
    /\nraise {3}SES sender +SES sends nothing from shop@example\.com until the DNS of example\.com /,
  );
  expect(stdout).toMatch(/\nBLOCKED Lambda concurrency .* this stage reserves 950, /);
  expect(status).toBe(1);
});

test.each([
  [
    ['--domain', 'api.shop.example'],
    /^--domain and --certificateArn: give both, or none of them\n\nnpm run preflight -- /,
  ],
  [
    ['--certificateArn', 'arn:aws:acm:eu-west-1:123456789012:certificate/a'],
    /^--domain and --certificateArn: give both/,
  ],
  [
    ['--domain', 'api.shop.example', '--certificateArn', 'mine'],
    /^--certificateArn: expected the ARN of a certificate: arn:/,
  ],
])('a domain without a certificate is rejected, and the other way round: %s', (options, message) => {
  const { status, stderr } = spawnSync(process.execPath, ['ops/preflight.ts', ...options], { cwd: ROOT });
  expect([status, stderr.toString()]).toEqual([1, expect.stringMatching(message)]);
});

test('without valid credentials, it checks nothing else', async () => {
  const { verdicts, calls } = await check({ ...sufficient, sts: { status: 403, body: '<Error/>' } });
  expect(verdicts).toEqual({ credentials: 'blocked', region: 'ok' });
  expect(calls).toEqual(['sts']);
});

test.each(['dev', 'blue-dev', 'localstack'] as const)('%s sends no mail, so SES is not called', async (stage) =>
  expect((await check(sufficient, { stage })).calls).not.toContain('email'),
);

test.each([
  { target: { stage: 'prod' }, region: 'eu-south-2', verdict: 'blocked' },
  { target: { stage: 'dev', mailFrom: 'shop@mail.example' }, region: 'cn-north-1', verdict: 'blocked' },
  { target: { stage: 'dev' }, region: 'eu-south-2', verdict: 'ok' },
  { target: { stage: 'prod' }, region: 'eu-west-1', verdict: 'ok' },
] as const)('$target in $region: the region is $verdict, because SES is not everywhere', async (row) => {
  const { verdicts, findings } = await check(sufficient, row.target, row.region);
  expect(verdicts['region']).toBe(row.verdict);
  expect(findings.find(({ subject }) => subject === 'region')?.detail).toContain(row.region);
});

test('a sender makes dev send mail, so SES is called', async () => {
  const { verdicts } = await check(
    { ...sufficient, [SENDER]: notFound, [DOMAIN]: notFound },
    { stage: 'dev', mailFrom: 'shop@mail.example' },
  );
  expect(verdicts).toMatchObject({ SES: 'ok', 'SES sender': 'raise' });
});

test.each(['staging', 'blue-prod', 'prod'] as const)('%s sends mail, so each check of SES is made', async (stage) => {
  const refused = await check(
    { ...sufficient, email: json({ __type: 'AccessDeniedException' }, 403), [SENDER]: notFound },
    { stage },
  );
  const ofMail = refused.findings.filter(({ subject }) => subject.startsWith('SES'));
  expect(ofMail.length).toBeGreaterThan(0);
  expect(ofMail.map(({ verdict }) => verdict)).toEqual(ofMail.map(() => 'raise'));
});

// CloudFormation is called only if a name is taken: preflight-names.test.ts
test.each(Object.keys(sufficient).filter((service) => service !== 'sts' && service !== 'cloudformation'))(
  'a check that AWS refuses is never ok: %s',
  async (service) => {
    const refused = { ...sufficient, [DOMAIN]: notFound, [service]: json({ __type: 'AccessDeniedException' }, 403) };
    const { verdicts } = await check(refused);
    expect(Object.values(verdicts).filter((verdict) => verdict === 'raise').length).toBeGreaterThan(0);
  },
);

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

test('a stage with a name of its own can be checked', () => {
  const args = ['ops/preflight.ts', '--stage', 'blue-dev'];
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true' };
  const { stdout } = spawnSync(process.execPath, args, { cwd: ROOT, env });
  expect(stdout.toString()).toMatch(/^BLOCKED credentials /);
});

test.each(['moon', 'localstack', 'blue-localstack', 'blue_dev'])(
  'the stage %s is rejected with a list of the stages',
  (stage) => {
    const result = spawnSync(process.execPath, ['ops/preflight.ts', '--stage', stage], { cwd: ROOT });
    expect([result.status, result.stderr.toString()]).toEqual([
      1,
      expect.stringMatching(
        /^--stage: expected one of dev, staging, prod, or a name before it, such as blue-dev\n\nnpm run preflight -- /,
      ),
    ]);
  },
);
