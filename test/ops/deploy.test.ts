import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runScript } from '../fixtures/run-script.ts';

// What needs AWS to answer more than it does here has not been run: docs/deploying.md says so.

const credentials = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_REGION: 'eu-west-1' };
const noCredentials = {
  ...{ AWS_EC2_METADATA_DISABLED: 'true', AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' },
  AWS_REGION: 'eu-west-1',
};
const deploy = (args: readonly string[], env: Readonly<Record<string, string>>) =>
  runScript(['ops/deploy.ts', ...args], { HOME: '/nonexistent', ...env });

describe('before AWS is called', () => {
  it.each([
    [['--stage', 'moon'], /^unknown stage "moon": expected one of /],
    [['--stage', 'blue-dev'], /deploy the stage dev with -c name=blue\n$/],
    [['--stage', 'localstack'], /^the stage localstack is for LocalStack, .*: use npm run test:localstack\n$/],
    [['--stage', 'dev', '--stage', 'prod'], /^--stage is given more than once\n\nnpm run deploy/],
    [['-c', 'name=blue', '-c', 'name=green'], /^-c name is given more than once\n\nnpm run deploy/],
    [['--stage', 'prod'], /^stage "prod" needs a payment provider: use -c providerUrl=https/],
    [['-c', 'name=Blue'], /^"Blue" cannot name a stage: use -c name=blue/],
    [['-c', 'stage=dev'], /^-c stage=dev: expected <setting>=<value>, and the stage as --stage\n\nnpm run deploy/],
    [['-c', 'name'], /^-c name: expected <setting>=<value>/],
    [
      ['-c', 'alarmMail=a@b.example'],
      /^no such setting: alarmMail; there are: name, .*alarmEmail.*, chargeConcurrency/,
    ],
    [['dev'], /^Unexpected argument 'dev'.*\n\nnpm run deploy -- /],
  ])('%s is refused', async (args, message) => {
    const { status, stdout, stderr } = await deploy(args, noCredentials);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(status).toBe(1);
  });

  it('an account without credentials is refused', async () => {
    const { status, stdout, stderr } = await deploy([], noCredentials);
    expect(stdout).toMatch(/^== What the account lacks for dev\nBLOCKED credentials /);
    expect(stdout).not.toContain('Deploying');
    expect(stderr).toMatch(/Fix this before you deploy: credentials\.\n.*\n\nNothing was deployed\.\n$/);
    expect(status).toBe(1);
  });
});

const IDENTITY = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::123456789012:user/dev</Arn><UserId>U</UserId><Account>123456789012</Account></GetCallerIdentityResult>
</GetCallerIdentityResponse>`;

const MISSING_STACK =
  '<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id breakwater-blue-dev-api does not exist</Message></Error></ErrorResponse>';
const stackWith = (options: string) =>
  `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>breakwater-blue-dev-api</StackName><Outputs><member>
<OutputKey>DeployOptions</OutputKey><OutputValue>${options}</OutputValue></member></Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;

describe('with AWS’s first answers', () => {
  /** The options of the last deployment, if there was one. */
  let deployed: string | undefined;
  const calls: string[] = [];
  let server: Server;
  let endpoint: string;
  const output = mkdtempSync(join(tmpdir(), 'breakwater-deploy-'));

  const bodyOf = async (request: IncomingMessage) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    return text;
  };
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const body = await bodyOf(request);
      const action = /(?:^|&)Action=(\w+)/.exec(body)?.[1];
      const call = action ?? String(request.headers['x-amz-target'] ?? request.url).replace(/^.*\./, '');
      calls.push(call);
      if (call === 'GetCallerIdentity') return response.end(IDENTITY);
      if (call === 'DescribeStacks' && body.includes('StackName=breakwater-blue-dev-api')) {
        const [status, answer] = deployed === undefined ? [400, MISSING_STACK] : [200, stackWith(deployed)];
        response.statusCode = status;
        return response.end(answer);
      }
      if (call === 'GetParameter') return response.end(JSON.stringify({ Parameter: { Value: '29' } }));
      response.statusCode = 403;
      return response.end(
        '<ErrorResponse><Error><Code>AccessDenied</Code><Message>not yours</Message></Error></ErrorResponse>',
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    rmSync(output, { recursive: true });
  });

  it('the CDK gets the stage and its settings, and its failure ends the command', async () => {
    const { status, stdout, stderr } = await deploy(
      ['--stage', 'dev', '-c', 'name=blue', '--', '--require-approval', 'never', '--output', output],
      { ...credentials, AWS_ENDPOINT_URL: endpoint },
    );
    expect(stdout).toMatch(/^== What the account lacks for blue-dev\nok {6}credentials {10}account 123456789012/);
    expect(stdout).toContain('== Deploying blue-dev');
    expect(stderr).toContain('breakwater-blue-dev-state');
    expect(stderr).toMatch(/cdk deploy ended with 1\. Run the same command again/);
    expect(status).toBe(1);
    expect(calls).toContain('DescribeStacks');
  });

  it('a certificate of another region is refused before minutes are spent on other stacks', async () => {
    const certificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/a';
    const args = ['-c', 'domain=api.example.com', '-c', `certificateArn=${certificateArn}`];
    const { status, stdout, stderr } = await deploy(args, { ...credentials, AWS_ENDPOINT_URL: endpoint });
    expect(stdout).toMatch(/\nBLOCKED certificate +is one of us-east-1, .* deployed to eu-west-1, /);
    expect(stdout).not.toContain('== Deploying');
    expect(stderr).toMatch(/Fix this before you deploy: certificate\./);
    expect(status).toBe(1);
  });

  const settings = '-c name=blue -c chargeConcurrency=50 -c relayConcurrency=20';

  it('settings of the last deployment that are left out are refused, because they would be undone', async () => {
    deployed = `--stage dev ${settings}`;
    const { status, stdout, stderr } = await deploy(
      ['--stage', 'dev', '-c', 'name=blue', '-c', 'relayConcurrency=30'],
      { ...credentials, AWS_ENDPOINT_URL: endpoint },
    );
    expect(stderr).toMatch(/^\nThe last deployment had chargeConcurrency=50, .* --undo-settings\.\n$/);
    expect(stdout).not.toContain('== Deploying');
    expect(status).toBe(1);
  });

  it.each([['--undo-settings'], ['-c', 'chargeConcurrency=60', '-c', 'relayConcurrency=30']])(
    'settings of the last deployment may be undone on purpose, or changed: %s',
    async (...options) => {
      deployed = `--stage dev ${settings}`;
      const { stdout, stderr } = await deploy(
        [...['--stage', 'dev', '-c', 'name=blue'], ...options, ...['--', '--output', output]],
        { ...credentials, AWS_ENDPOINT_URL: endpoint },
      );
      expect(stdout).toContain('== Deploying blue-dev');
      expect(stderr).not.toContain('The last deployment had');
    },
  );
});
