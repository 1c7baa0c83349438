import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listenAsAws, stackResponse } from '../fixtures/aws-stub.ts';
import { runScript } from '../fixtures/run-script.ts';

// deployed.test.ts has what follows, with a CDK that deploys nothing. What needs AWS itself has not been run: docs/deploying.md says so.

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

describe('with AWS’s first answers', () => {
  const stack = 'breakwater-blue-dev-api';
  /** The options of the last deployment, if there was one. */
  let deployed: string | undefined;
  let aws: Awaited<ReturnType<typeof listenAsAws>>;
  const output = mkdtempSync(join(tmpdir(), 'breakwater-deploy-'));

  beforeAll(async () => {
    aws = await listenAsAws((call, body) => {
      if (call === 'DescribeStacks' && body.includes(`StackName=${stack}`))
        return stackResponse(stack, deployed === undefined ? undefined : { DeployOptions: deployed });
      return call === 'GetParameter' ? { body: JSON.stringify({ Parameter: { Value: '29' } }) } : undefined;
    });
  });
  afterAll(() => {
    aws.close();
    rmSync(output, { recursive: true });
  });

  it('the CDK gets the stage and its settings, and its failure ends the command', async () => {
    const { status, stdout, stderr } = await deploy(
      ['--stage', 'dev', '-c', 'name=blue', '--', '--require-approval', 'never', '--output', output],
      aws.environment,
    );
    expect(stdout).toMatch(/^== What the account lacks for blue-dev\nok {6}credentials {10}account 123456789012/);
    expect(stdout).toContain('== Deploying blue-dev');
    expect(stderr).toContain('breakwater-blue-dev-state');
    expect(stderr).toMatch(/cdk deploy ended with 1\. Run the same command again/);
    expect(status).toBe(1);
    expect(aws.calls).toContain('DescribeStacks');
  });

  it('a domain whose certificate is in another region is refused, because the last stack would fail', async () => {
    const certificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/a';
    const { status, stdout, stderr } = await deploy(
      ['--stage', 'dev', '-c', 'name=blue', '-c', 'domain=api.shop.example', '-c', `certificateArn=${certificateArn}`],
      aws.environment,
    );
    expect(stdout).toMatch(
      /^BLOCKED certificate +the certificate is in us-east-1, and the stage is deployed to eu-west-1: /m,
    );
    expect(stdout).not.toContain('== Deploying');
    expect(stderr).toMatch(/Fix this before you deploy: certificate\./);
    expect(status).toBe(1);
  });

  const settings = '-c name=blue -c chargeConcurrency=50 -c relayConcurrency=20';

  it('settings of the last deployment that are left out are refused, because they would be undone', async () => {
    deployed = `--stage dev ${settings}`;
    const { status, stdout, stderr } = await deploy(
      ['--stage', 'dev', '-c', 'name=blue', '-c', 'relayConcurrency=30'],
      aws.environment,
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
        aws.environment,
      );
      expect(stdout).toContain('== Deploying blue-dev');
      expect(stderr).not.toContain('The last deployment had');
    },
  );
});
