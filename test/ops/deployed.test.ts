import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listenAsAws, type StubResponse, stackResponse } from '../fixtures/aws-stub.ts';
import { runScript } from '../fixtures/run-script.ts';
import { secrets } from '../fixtures/secrets.ts';
import { type ServedHost, serveHost } from '../fixtures/served-host.ts';

// An account that lacks nothing, a CDK that deploys nothing, and an API that is there: all of `npm run deploy` but AWS itself.

const json = (value: object): StubResponse => ({ body: JSON.stringify(value) });
const NOBODY = 'http://127.0.0.1:1';

let served: ServedHost;
beforeAll(async () => {
  served = await serveHost();
});
afterAll(() => served.close());

let folder: string;
let aws: Awaited<ReturnType<typeof listenAsAws>>;
/** What AWS answers in this test, if it is not the usual. */
let answers: Readonly<Record<string, StubResponse>>;
let cdkStatus: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'breakwater-deployed-'));
  [answers, cdkStatus] = [{}, 0];
  const usual: Readonly<Record<string, StubResponse>> = {
    GetParameter: json({ Parameter: { Value: '29' } }),
    '/2016-08-19/account-settings': json({ AccountLimit: { ConcurrentExecutions: 1_000 } }),
    ListServiceQuotas: json({
      Quotas: [{ QuotaName: 'StartExecution throttle token refill rate per second', Value: 300 }],
    }),
    '/v2/email/account': json({ ProductionAccessEnabled: true, SendingEnabled: true }),
    GetSecretValue: json({ SecretString: secrets['operator-key'] }),
  };
  aws = await listenAsAws((call) => {
    // the stack is there once the CDK has run
    if (call === 'DescribeStacks')
      return answers[call] ?? stackResponse('api', cdkArguments() && { ApiUrl: served.origin });
    return answers[call] ?? usual[call];
  });
  writeFileSync(join(folder, 'cdk'), `#!/bin/sh\nprintf '%s\\n' "$@" >'${folder}/arguments'\nexit "$CDK_STATUS"\n`);
  chmodSync(join(folder, 'cdk'), 0o755);
});
afterEach(() => {
  aws.close();
  rmSync(folder, { recursive: true });
});

/** What the CDK was called with, if it was. */
const cdkArguments = () => {
  const file = join(folder, 'arguments');
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : undefined;
};

const deploy = (...args: readonly string[]) =>
  runScript(['ops/deploy.ts', ...args], {
    ...{ HOME: '/nonexistent', CDK_STATUS: String(cdkStatus), ...aws.environment },
    PATH: [folder, process.env['PATH']].join(delimiter),
  });

const provider = ['-c', 'providerUrl=https://pay.example.com', '-c', 'mailFrom=shop@example.com'];
const prod = ['--stage', 'prod', ...provider, '-c', 'alarmEmail=oncall@example.com'];

describe('npm run deploy', () => {
  it('deploys every stack with the settings, places an order and says how to go on', async () => {
    const { status, stdout, stderr } = await deploy('-c', 'name=blue', '--', '--require-approval', 'never');
    expect([stderr, status]).toEqual(['', 0]);
    expect(cdkArguments()).toEqual([
      ...['deploy', '--all', '-c', 'stage=dev', '-c', 'name=blue'],
      ...['--require-approval', 'never'],
    ]);
    const steps = stdout.split('\n').filter((line) => /^(==|ok {2}the order is confirmed|blue-dev)/.test(line));
    expect(steps).toEqual([
      '== What the account lacks for blue-dev',
      '== Deploying blue-dev',
      '== An order over HTTPS',
      expect.stringMatching(/^ok {2}the order is confirmed, /),
      `blue-dev answers on ${served.origin}`,
    ]);
    expect(stdout).toMatch(/\nWhile idle it costs some \$[\d.]+ a month in us-east-1 \(docs\/idle-cost\.md\)\.\n/);
    expect(stdout).toContain("\nTo take it down: npx cdk destroy 'breakwater-blue-dev-*' -c stage=dev -c name=blue (");
  });

  it('places no order at a real provider, which would charge real money, unless it gets a token', async () => {
    const { status, stdout } = await deploy(...prod);
    expect(stdout).toMatch(/\nok {2}no order was placed, .*\n\nprod answers on /);
    expect(stdout).not.toContain('is placed');
    expect(status).toBe(0);
    const withToken = await deploy(...prod, '--token', 'tok_ok');
    expect(withToken.stdout).toContain('\nok  the order is confirmed, ');
  });

  it('reaches a new domain, which has no DNS record yet, by the host name of AWS', async () => {
    const url = 'https://api.example.invalid/shop';
    answers = { DescribeStacks: stackResponse('api', { ApiUrl: url, DefaultApiUrl: served.origin }) };
    const certificate = 'certificateArn=arn:aws:acm:eu-west-1:123456789012:certificate/a';
    const domain = ['-c', 'domain=api.example.invalid', '-c', certificate, '-c', 'basePath=shop'];
    const { status, stdout, stderr } = await deploy('--token', 'tok_ok', ...domain);
    expect([stderr, status]).toEqual(['', 0]);
    expect(stdout).toContain('\nok  the order is confirmed, ');
    expect(stdout).toContain(`\ndev answers on ${url}\n`);
  });

  it('has the account checked for the settings: the sender of mail, its domain, and what is reserved', async () => {
    const missing = { status: 404, body: JSON.stringify({ __type: 'NotFoundException' }) };
    answers = Object.fromEntries(
      ['shop@example.com', 'example.com'].map((identity) => [`/v2/email/identities/${identity}`, missing]),
    );
    const reserved = ['-c', 'chargeConcurrency=950'];
    const { status, stdout, stderr } = await deploy(...prod, '-c', 'mailDomain=example.com', ...reserved);
    expect(stdout).toMatch(
      /\nraise {3}SES sender +SES sends nothing from shop@example\.com until the DNS of example\.com /,
    );
    expect(stdout).toMatch(/\nBLOCKED Lambda concurrency .* this stage reserves 950, /);
    expect(stderr).toMatch(/\n\nNothing was deployed\.\n$/);
    expect([status, cdkArguments()]).toEqual([1, undefined]);
  });

  it('deploys nothing if the settings of the last deployment cannot be read', async () => {
    answers = {
      DescribeStacks: { status: 403, body: '<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>' },
    };
    const { status, stderr } = await deploy();
    expect(stderr).toMatch(/^the outputs of the stack breakwater-dev-api cannot be read: /);
    expect([status, cdkArguments()]).toEqual([1, undefined]);
  });

  it('ends with the failure of the CDK, and does not use an API that was there before', async () => {
    cdkStatus = 3;
    const { status, stdout, stderr } = await deploy();
    expect(stderr).toMatch(/^\ncdk deploy ended with 3\. /);
    expect(stdout).not.toContain('== An order');
    expect(status).toBe(1);
  });

  it.each([
    ['without its URL', () => ({ DescribeStacks: stackResponse('api', {}) }), /^the URL of the API is unknown: /],
    [
      'that nobody reaches',
      () => ({ DescribeStacks: stackResponse('api', { ApiUrl: NOBODY }) }),
      /^GET http:\/\/127\.0\.0\.1:1\/v1\/health\/ready was not answered: /,
    ],
    [
      'with another key of the operator',
      () => ({ GetSecretValue: json({ SecretString: 'op_other' }) }),
      /^POST \/v1\/tenants was answered with 401 /,
    ],
    [
      'without a key of the operator',
      () => ({ GetSecretValue: json({}) }),
      /^the secret breakwater\/dev\/operator-key is empty\n$/,
    ],
  ])('fails with an API %s, and does not say that it answers', async (_, answersOf, message) => {
    answers = answersOf();
    const { status, stdout, stderr } = await deploy();
    expect(cdkArguments()).toBeDefined();
    expect(stderr).toMatch(message);
    expect(stdout).not.toContain('answers on');
    expect(status).toBe(1);
  });
});
