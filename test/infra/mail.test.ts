import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { names } from '#platform/manifest';
import { stageOf } from '../../lib/stages.ts';
import { allStages, evaluate, getOnly, type Json, settingsOf, synthesise } from './synthesis.ts';

const mailDomain = 'example.com';
const mailFrom = 'shop@example.com';

describe('the settings of a domain of mail', () => {
  test.each([
    ['no sender', { mailDomain }, 'a domain of mail needs a sender'],
    ['a URL', { mailDomain: 'https://example.com', mailFrom }, '"https://example.com" is not a domain name'],
    ['upper case', { mailDomain: 'Example.com', mailFrom }, '"Example.com" is not a domain name in lower case'],
    ['an address', { mailDomain: mailFrom, mailFrom }, '"shop@example.com" is not a domain name'],
    ['nothing', { mailDomain: '', mailFrom }, '"" is not a domain name'],
    ['another domain', { mailDomain, mailFrom: 'shop@example.org' }, '"shop@example.org" is no address of example.com'],
    ['a longer name', { mailDomain, mailFrom: 'shop@anexample.com' }, '"shop@anexample.com" is no address of'],
    ['a subdomain', { mailDomain: 'mail.example.com', mailFrom }, '"shop@example.com" is no address of mail.'],
    ['LocalStack', { stage: 'localstack', mailDomain, mailFrom }, 'stage "localstack" takes no domain of mail'],
  ])('are refused: %s', (_, settings, message) => {
    expect(() => stageOf(settings)).toThrow(message);
    expect(() => stageOf(settings)).toThrow(/^[^\n]+: use -c [^\n]+, or leave out mailDomain$/);
  });

  test.each(['shop@example.com', 'shop@mail.example.com', 'shop@Example.com'])('are accepted for %s', (from) =>
    expect(stageOf({ mailDomain, mailFrom: from }).mail).toEqual({ from, domain: mailDomain }),
  );

  test('are read from the command line', () => {
    const { status, stderr } = spawnSync(process.execPath, ['bin/breakwater.ts'], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...process.env, CDK_CONTEXT_JSON: JSON.stringify({ mailDomain, mailFrom: 'shop@example.org' }) },
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr.trim()).toMatch(/^"shop@example\.org" is no address of example\.com: .*$/);
  });
});

describe.each(allStages())('%s', (stage, { ofType, resources }) => {
  const name = names(stage).mails;
  const { mail, alarms } = stageOf(settingsOf[stage]);

  test('has no identity of SES without a domain of mail', () => expect(ofType('AWS::SES::EmailIdentity')).toEqual([]));

  if (mail === 'sink') {
    test('sends no mail, so it has nothing of SES', () =>
      expect(resources.filter(({ Type }) => Type.startsWith('AWS::SES::'))).toEqual([]));
    return;
  }

  test('sends by a configuration set that keeps bounced addresses and those that complained from further mail', () => {
    expect(getOnly(ofType('AWS::SES::ConfigurationSet'), 'configuration set').Properties).toMatchObject({
      Name: name,
      SuppressionOptions: { SuppressedReasons: ['BOUNCE', 'COMPLAINT'] },
    });
    const senders = ofType('AWS::Lambda::Function').filter(({ Properties }) => Properties.Environment.Variables.MAIL);
    expect(getOnly(senders, 'sender').Properties.Environment.Variables.MAIL_CONFIGURATION_SET).toBe(name);
  });

  const tag = 'ses:configuration-set';

  const destinationWith = (kind: string) =>
    getOnly(
      ofType('AWS::SES::ConfigurationSetEventDestination').filter(
        ({ Properties }) => Properties.EventDestination[kind],
      ),
      kind,
    ).Properties;

  test('publishes bounces and complaints on the default bus, to which SES alone sends them', () => {
    const { ConfigurationSetName, EventDestination } = destinationWith('EventBridgeDestination');
    expect(ConfigurationSetName).toEqual({ Ref: getOnly(ofType('AWS::SES::ConfigurationSet'), 'set').id });
    expect(EventDestination).toMatchObject({ Enabled: true, MatchingEventTypes: ['bounce', 'complaint'] });
    expect(JSON.stringify(EventDestination.EventBridgeDestination.EventBusArn)).toMatch(/:event-bus\/default"/);
  });

  test('counts what is sent, what bounces and complaints, by its configuration set', () => {
    const { ConfigurationSetName, EventDestination } = destinationWith('CloudWatchDestination');
    expect(ConfigurationSetName).toEqual({ Ref: getOnly(ofType('AWS::SES::ConfigurationSet'), 'set').id });
    expect(EventDestination).toEqual({
      Enabled: true,
      MatchingEventTypes: ['send', 'bounce', 'complaint'],
      CloudWatchDestination: {
        DimensionConfigurations: [
          { DimensionName: tag, DimensionValueSource: 'messageTag', DefaultDimensionValue: name },
        ],
      },
    });
  });

  // AWS reviews an account from 5% of bounces or 0.1% of complaints
  test.each([
    { metric: 'Bounce', minimum: 5, perThousand: 25, reviewedPerThousand: 50 },
    { metric: 'Complaint', minimum: 2, perThousand: 0.5, reviewedPerThousand: 1 },
  ])('raises an alarm on $metric before AWS reviews the account', ({ metric, minimum, perThousand, ...limits }) => {
    expect(alarms).toBe(true);
    const { Properties } = getOnly(
      ofType('AWS::CloudWatch::Alarm').filter((alarm) => JSON.stringify(alarm).includes(`"MetricName":"${metric}"`)),
      metric,
    );
    expect(Properties.AlarmDescription).toMatch(/ Runbook: docs\/runbooks\/mails-bounced\.md$/);
    const dimensions = [{ Name: tag, Value: { Ref: getOnly(ofType('AWS::SES::ConfigurationSet'), 'set').id } }];
    const [{ Expression }, ...watched] = Properties.Metrics;
    expect(watched.map(({ Id, MetricStat }: Json) => ({ Id, ...MetricStat }))).toEqual(
      Object.entries({ counted: metric, total: 'Send' }).map(([Id, MetricName]) => ({
        ...{ Id, Stat: 'Sum', Period: 86_400 },
        Metric: { Namespace: 'AWS/SES', MetricName, Dimensions: dimensions },
      })),
    );
    const isRaised = (counted: number | undefined, total: number | undefined) =>
      (evaluate(Expression, { counted, total }) ?? 0) > Properties.Threshold;
    const enough = (minimum * 1_000) / perThousand;
    expect(isRaised(minimum, enough - 1)).toBe(true);
    expect(isRaised(minimum, enough)).toBe(false);
    expect(isRaised(minimum - 1, 1)).toBe(false);
    // a mail of the day before yesterday may bounce today
    expect(isRaised(minimum, undefined)).toBe(true);
    expect(isRaised(undefined, undefined)).toBe(false);
    expect(isRaised((1_000_000 * limits.reviewedPerThousand) / 1_000, 1_000_000)).toBe(true);
  });
});

describe.each(['dev', 'staging', 'prod'] as const)('a domain of mail on %s', (stage) => {
  const { ofType, stacks } = synthesise({ ...settingsOf[stage], mailDomain, mailFrom });
  const identity = getOnly(ofType('AWS::SES::EmailIdentity'), 'identity');
  const table = getOnly(ofType('AWS::DynamoDB::Table'), 'table');

  test('is an identity of SES with a signature', () => {
    const { Tags: _, ...properties } = identity.Properties;
    expect(properties).toEqual({ EmailIdentity: mailDomain, DkimAttributes: { SigningEnabled: true } });
    expect(identity.stack).toBe(`breakwater-${stage}-state`);
  });

  test(`is ${stage === 'dev' ? 'deleted' : 'retained'} with its stack, and created before the table`, () => {
    const policy = stage === 'dev' ? ['Delete', 'Delete'] : ['RetainExceptOnCreate', 'Retain'];
    expect([identity.DeletionPolicy, identity.UpdateReplacePolicy]).toEqual(policy);
    expect(table.DependsOn).toContain(identity.id);
  });

  test('has its three DNS records as outputs', () => {
    const { Outputs } = getOnly(
      stacks.filter(({ name }) => name === identity.stack),
      identity.stack,
    ).template;
    for (const n of [1, 2, 3]) {
      const [name, value] = ['Name', 'Value'].map((part) => ({
        'Fn::GetAtt': [identity.id, `DkimDNSToken${part}${n}`],
      }));
      expect(Outputs[`DkimRecord${n}`].Value).toEqual({ 'Fn::Join': ['', [name, ' CNAME ', value]] });
    }
  });

  test('leaves the role of the sender as it is: it may send from the one address', () => {
    const statements = ofType('AWS::IAM::Policy')
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Action }: Json) => Action === 'ses:SendEmail');
    expect(getOnly(statements, 'statement').Condition).toEqual({ StringEquals: { 'ses:FromAddress': mailFrom } });
  });
});
