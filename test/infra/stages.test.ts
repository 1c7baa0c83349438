import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import { type FunctionSpec, functionsOf, manifestsOn, names, reservationsOf, secretNamesOf } from '#platform/manifest';
import { deployOptionsOf, type Settings, settingNamesOf, stageOf } from '../../lib/stages.ts';
import { allStages, getOnly, type Json, settingsOf, synthesise } from './synthesis.ts';

const stages = allStages();
const reservations = reservationsOf(...contexts);
const ACCOUNT_STACK = 'breakwater-account';

/** Runs the app as the CDK does, with these settings of its command line. */
const runApp = (settings: object) =>
  spawnSync(process.execPath, ['bin/breakwater.ts'], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { ...process.env, CDK_CONTEXT_JSON: JSON.stringify(settings) },
    encoding: 'utf8',
  });

/** Types without tags, because CloudFormation supports none or the CDK sets none. */
const UNTAGGED =
  /^AWS::(CDK::Metadata|ApiGateway::(?!(?:RestApi|Stage|ApiKey|UsagePlan)$)\w+|IAM::Policy|Lambda::(EventInvokeConfig|Permission)|\w+::\w+Policy|SES::ConfigurationSetEventDestination|SNS::Subscription|WAFv2::(WebACLAssociation|LoggingConfiguration))$/;

/** What has data that nobody can restore by a deployment. A protected stage retains it. */
const STATEFUL = [
  'AWS::DynamoDB::Table',
  'AWS::Events::EventBus',
  'AWS::SecretsManager::Secret',
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
  'AWS::Logs::LogGroup',
] as const;

/** The logical id of the resource of the construct with this path in its stack. It never changes while the path does not. */
const logicalIdOf = (path: string): string => {
  const digest = createHash('md5').update(`${path}/Resource`).digest('hex').slice(0, 8).toUpperCase();
  return `${path.replaceAll(/[^A-Za-z0-9]/g, '')}${digest}`;
};

/** The paths of a function's queues and logs, from the function. */
const statefulPathsOf = ({ consumes, redrives, everyMinutes }: FunctionSpec): readonly string[] => {
  if (consumes) return ['Queue', 'Dead', 'Undelivered', 'Worker/Logs'];
  if (redrives) return ['Canaries', 'Redrive/Run/Logs'];
  return [everyMinutes ? 'Run/Logs' : 'Logs'];
};

describe('the settings of a stage', () => {
  test('default to dev', () => expect(stageOf({}).name).toBe('dev'));

  test('are refused for an unknown stage, with the names of all stages', () =>
    expect(() => stageOf({ stage: 'production' })).toThrow(
      'unknown stage "production": expected one of localstack, dev, staging, prod',
    ));

  test('are refused for the name of a stage, which a deployment takes apart', () =>
    expect(() => stageOf({ stage: 'blue-dev' })).toThrow(
      '"blue-dev" is a stage with a name of its own: deploy the stage dev with -c name=blue',
    ));

  test.each([
    ...['https:provider.example', 'https://provider.example?a=1', 'https://provider.example/#a', 'https://'],
    ...['https://user:password@provider.example', ' https://provider.example ', 'https://provider.example/a b'],
  ])('are refused with a provider to which no path can be appended, or that has a password: %j', (providerUrl) =>
    expect(() => stageOf({ stage: 'dev', providerUrl })).toThrow(/is not an https URL of a host and a path/),
  );

  test.each(['https://provider.example', 'https://provider.example:8443/v1/', 'https://Provider.example/~a/b%20c'])(
    'take the URL of a provider: %s',
    (providerUrl) =>
      expect(stageOf({ stage: 'dev', providerUrl }).provider).toEqual({ url: providerUrl.replace(/\/$/, '') }),
  );

  test.each(['<shop@mail.example>', 'shop@mail', 'shop@mail.example,', 'shop*@mail.example', 'mailto:a@b.example'])(
    'are refused with a mail address that is none, or none for a policy: %s',
    (address) => {
      expect(() => stageOf({ ...settingsOf.prod, mailFrom: address })).toThrow(`"${address}" is not one: use -c mail`);
      expect(() => stageOf({ ...settingsOf.prod, alarmEmail: address })).toThrow(`"${address}" is not a mail address`);
    },
  );

  test.each(['staging', 'prod'])('are refused for %s without a payment provider', (stage) => {
    expect(() => synthesise({ stage })).toThrow(/needs a payment provider: use -c providerUrl=https:/);
    expect(() => synthesise({ stage, providerUrl: 'http://provider.example' })).toThrow(/is not an https URL/);
    expect(() => synthesise({ stage, providerUrl: '' })).toThrow(/is not an https URL/);
  });

  test.each(['staging', 'prod'])('are refused for %s without a valid sender of mail', (stage) => {
    const settings = { stage, providerUrl: 'https://provider.example' };
    expect(() => synthesise(settings)).toThrow(/needs a sender's address for mail: use -c mailFrom=/);
    expect(() => synthesise({ ...settings, mailFrom: 'the shop' })).toThrow(/"the shop" is not one: use -c mailFrom=/);
  });

  test.each(['localstack', 'dev', 'staging', 'prod'] as const)(
    'are refused for a stage of AWS that has alarms without an address for them, and for an address without alarms: %s',
    (stage) => {
      const { alarmEmail: _, ...settings } = settingsOf[stage];
      if (!stageOf(settingsOf[stage]).alarms)
        expect(() => stageOf({ ...settings, alarmEmail: 'a@b.example' })).toThrow(
          `stage "${stage}" has no alarms: leave out alarmEmail`,
        );
      if (stage === 'localstack' || !stageOf(settingsOf[stage]).alarms)
        return expect(stageOf(settings).alarmEmail).toBeUndefined();
      expect(() => stageOf(settings)).toThrow(
        `stage "${stage}" needs an address for its alarms: use -c alarmEmail=oncall@example.com`,
      );
      for (const alarmEmail of ['nobody', '', 7])
        expect(() => stageOf({ ...settings, alarmEmail })).toThrow(`"${alarmEmail}" is not a mail address: use -c `);
    },
  );

  const everySetting = {
    ...{ ...settingsOf.prod, name: 'blue', mailDomain: 'mail.example', domain: 'api.shop.example', basePath: 'shop' },
    certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/a',
    ...Object.fromEntries(reservations.map(({ setting }, index) => [setting, String(10 + index)])),
  };

  test.each([...Object.values(settingsOf), { ...settingsOf.localstack, alarmEmail: 'a@b.example' }, everySetting])(
    'are an output of the last stack, as options that lead to the same stage again: %j',
    (settings) => {
      const stage = stageOf(settings);
      const options = deployOptionsOf(stage);
      const { Outputs } = getOnly(
        synthesise(settings).stacks.filter(({ name }) => name === `${names(stage.name).prefix}-api`),
        'API stack',
      ).template;
      expect(Outputs.DeployOptions.Value).toBe(options);
      const [, kind = '', ...parts] = options.split(/^--stage | -c /);
      const again = Object.fromEntries(parts.map((part) => part.split(/=(.*)/).slice(0, 2)));
      expect(stageOf({ ...again, stage: kind })).toEqual(stage);
    },
  );

  test('have the names that the command line takes', () =>
    expect(['stage', ...settingNamesOf(...contexts)].sort()).toEqual(Object.keys(everySetting).sort()));

  test.each([0, -1, 1.5, 'many', '', '0x10', '1e3', ' 5 ', '1e30', true])(
    'are refused with the concurrency "%s" of a function',
    (count) => {
      for (const { setting } of reservations)
        expect(() => stageOf({ [setting]: count })).toThrow(
          `"${count}" is not a number of executions at a time: use -c ${setting}=50`,
        );
    },
  );

  test('reserve concurrency for what must not wait for others, and for what others must not wait for', () =>
    expect(reservations.map(({ id, setting }) => `${setting}: ${id}`).sort()).toEqual([
      'authorizerConcurrency: tenants-authorize',
      'chargeConcurrency: payments-charge',
      'relayConcurrency: relay-publish',
    ]));

  type Reservation = readonly [
    description: string,
    settings: Settings,
    expected: readonly (readonly [string, number])[],
  ];
  test.each<Reservation>([
    ['none by default', {}, []],
    ...reservations.map(
      ({ id, setting }): Reservation => [
        `that of ${id} alone, as text of the command line`,
        { [setting]: '50' },
        [[id, 50]],
      ],
    ),
    [
      'those of all, each with its own',
      Object.fromEntries(reservations.map(({ setting }, index) => [setting, 10 + index])),
      reservations.map(({ id }, index) => [id, 10 + index] as const),
    ],
  ])('reserve concurrency: %s', (_, settings, expected) => {
    const functions = synthesise({ ...settings, stage: 'dev' }).ofType('AWS::Lambda::Function');
    const reserved = functions.flatMap(({ Properties: { FunctionName, ReservedConcurrentExecutions: count } }) =>
      count === undefined ? [] : [[FunctionName.replace('breakwater-dev-', ''), count]],
    );
    expect(reserved.sort()).toEqual([...expected].sort());
  });

  test.each(reservations)('are read from the command line: $setting', ({ setting }) => {
    const { status, stderr } = runApp({ stage: 'dev', [setting]: 'many' });
    expect(status).toBe(1);
    expect(stderr).toMatch(`"many" is not a number of executions at a time: use -c ${setting}=50`);
  });

  test('are refused on the command line in one line', () => {
    const { status, stderr } = runApp({ stage: 'prod' });
    expect(status).toBe(1);
    expect(stderr.trim()).toMatch(/^stage "prod" needs a payment provider: .*$/);
  });

  test('are refused on the command line if no code reads them, because the stage would lack them or be another one', () => {
    const { status, stderr } = runApp({ stgae: 'prod', 'aws:cdk:version-reporting': true, 'cli-telemetry': false });
    expect(status).toBe(1);
    expect(stderr.trim()).toMatch(/^no such setting: stgae; there are: stage, name, .*chargeConcurrency.*$/);
  });
});

describe.each(stages)('%s', (stage, { stacks, resources, ofType }) => {
  const isSandboxed = stage === 'localstack' || stage === 'dev';
  const isProtected = !isSandboxed;

  test('has its stacks, and the sandbox only without real money', () => {
    const expected = ['state', ...manifestsOn(stage, contexts).map(({ context }) => context), 'api'];
    expect(expected.includes('sandbox')).toBe(isSandboxed);
    expect(stacks.map(({ name }) => name).sort()).toEqual(
      [ACCOUNT_STACK, ...expected.map((name) => `breakwater-${stage}-${name}`)].sort(),
    );
    expect(/sandbox/.test(JSON.stringify(stacks))).toBe(isSandboxed);
  });

  test('sends mail only with real money, and stores it otherwise', () => {
    const deliver = getOnly(
      ofType('AWS::Lambda::Function').filter(
        (fn) => fn.Properties.FunctionName === names(stage).fn('notifications-deliver'),
      ),
      'notifications-deliver',
    );
    expect(deliver.Properties.Environment.Variables.MAIL).toBe(isSandboxed ? 'sink' : settingsOf[stage].mailFrom);
  });

  test('calls the provider of its settings', () => {
    const charge = getOnly(
      ofType('AWS::Lambda::Function').filter((fn) => fn.Properties.FunctionName === names(stage).fn('payments-charge')),
      'payments-charge',
    );
    const url = charge.Properties.Environment.Variables.PROVIDER_URL;
    const { Parameters } = getOnly(
      stacks.filter(({ name }) => name === charge.stack),
      charge.stack,
    ).template;
    if (isSandboxed) expect(Parameters[url.Ref].Default).toBe(`/breakwater/${stage}/provider-url`);
    else expect(url).toBe(settingsOf[stage].providerUrl);
  });

  test(`${isProtected ? 'retains what it has stored, but not what a failed creation leaves,' : 'deletes everything'} when a stack is deleted`, () => {
    for (const type of STATEFUL) expect(ofType(type).length, type).toBeGreaterThan(0);
    for (const { stack, Type, id, DeletionPolicy = 'Delete', UpdateReplacePolicy = 'Delete' } of resources) {
      // what the account has once serves all of its stages
      const isRetained = stack === ACCOUNT_STACK || (isProtected && STATEFUL.some((type) => type === Type));
      expect([DeletionPolicy, UpdateReplacePolicy], `${Type} ${id}`).toEqual(
        isRetained && Type !== 'AWS::CDK::Metadata' ? ['RetainExceptOnCreate', 'Retain'] : ['Delete', 'Delete'],
      );
    }
    expect(getOnly(ofType('AWS::DynamoDB::Table'), 'table').Properties.DeletionProtectionEnabled).toBe(isProtected);
    for (const stack of stacks)
      expect(stack.protected, stack.name).toBe(stack.name === ACCOUNT_STACK ? stage !== 'localstack' : isProtected);
  });

  test('creates the table after everything in its stack that may fail, because a rollback cannot delete a protected table', () => {
    const table = getOnly(ofType('AWS::DynamoDB::Table'), 'table');
    const others = resources.filter(({ stack, id }) => stack === table.stack && id !== table.id);
    const dependents = others.filter((resource) => JSON.stringify(resource).includes(`"${table.id}"`));
    expect(dependents.map(({ Type }) => Type)).toEqual(['AWS::SSM::Parameter']);
    expect([...(table.DependsOn ?? [])].sort()).toEqual(
      others
        .filter((resource) => !dependents.includes(resource))
        .map(({ id }) => id)
        .sort(),
    );
  });

  test('keeps the logical ids of stateful resources, because CloudFormation replaces a resource whose id changes', () => {
    const idsIn = (name: string) =>
      STATEFUL.flatMap(ofType)
        .filter(({ stack }) => stack === `breakwater-${stage}-${name}`)
        .map(({ id }) => id)
        .sort();
    expect(idsIn('state')).toEqual([
      'BusEA82B648',
      'MailboxDigestKeyA38133DE',
      'OperatorKeyD7C0C4F2',
      'ProviderCallbackKeyC456B7DE',
      'ProviderKeyA6B56E02',
      'TableCD117FA1',
    ]);
    expect(idsIn('relay')).toEqual(
      [
        'publishGivenUp2B20B8AC',
        ...(isProtected ? ['publishAccessLogs17ED156C'] : []),
        ...['publish/Publisher/Logs', 'relay-unpublishable/Queue'].map(logicalIdOf),
      ].sort(),
    );
    expect(idsIn('api')).toEqual(
      ['Api/AccessLogs', 'Api/ExecutionLogs', ...(stage === 'prod' ? ['Api/Firewall/Logs'] : [])]
        .map(logicalIdOf)
        .sort(),
    );
    for (const manifest of manifestsOn(stage, contexts).filter(({ context }) => context !== 'relay')) {
      const paths = [
        ...functionsOf(manifest).flatMap(({ name, spec }) => statefulPathsOf(spec).map((path) => `${name}/${path}`)),
        ...functionsOf(manifest).flatMap(({ spec }) => (spec.sends ?? []).map((queue) => `${queue}/Queue`)),
        ...Object.keys(manifest.workflows ?? {}).map((workflow) => `${workflow}/Logs`),
        ...(manifest.standalone ? ['Api/AccessLogs', 'Api/ExecutionLogs'] : []),
      ];
      expect(idsIn(manifest.context), manifest.context).toEqual(paths.map(logicalIdOf).sort());
    }
  });

  test('generates its secrets, and no template contains one', () => {
    const named = names(stage);
    const secrets = ofType('AWS::SecretsManager::Secret').map(({ Properties }) => Properties);
    expect(secrets.map(({ Name }) => Name).sort()).toEqual([...secretNamesOf(...contexts)].sort().map(named.secret));
    for (const { Name, GenerateSecretString, SecretString } of secrets) {
      expect(GenerateSecretString, Name).toEqual({ PasswordLength: 48, ExcludePunctuation: true });
      expect(SecretString, Name).toBeUndefined();
    }
  });

  test('has one bus with the name of the stage', () =>
    expect(getOnly(ofType('AWS::Events::EventBus'), 'bus').Properties.Name).toBe(names(stage).bus));

  test('has the same table as every host', () => {
    expect(getOnly(ofType('AWS::DynamoDB::Table'), 'table').Properties).toMatchObject({
      TableName: names(stage).table,
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: ['pk', 'sk', 'listPk', 'listSk', 'duePk', 'dueSk'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      BillingMode: 'PAY_PER_REQUEST',
      // encrypted with a key that AWS owns, which is free
      SSESpecification: { SSEEnabled: false },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      GlobalSecondaryIndexes: [
        {
          IndexName: 'list',
          KeySchema: [
            { AttributeName: 'listPk', KeyType: 'HASH' },
            { AttributeName: 'listSk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['held'] },
        },
        {
          IndexName: 'due',
          KeySchema: [
            { AttributeName: 'duePk', KeyType: 'HASH' },
            { AttributeName: 'dueSk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    });
  });

  // China and GovCloud have partitions of their own
  test('names the partition of an ARN nowhere', () => {
    for (const { name, template } of stacks) expect(JSON.stringify(template).match(/arn:aws[\w-]*:/g), name).toBeNull();
  });

  test('connects its stacks by names only', () => {
    for (const { name, template } of stacks) {
      expect(JSON.stringify(template), name).not.toContain('Fn::ImportValue');
      for (const output of Object.values<{ Export?: unknown }>(template.Outputs ?? {})) {
        expect(output.Export, name).toBeUndefined();
      }
    }
  });

  test('deploys the role that writes logs of APIs before any API, and one for all of them', () => {
    const { id, stack, Properties } = getOnly(ofType('AWS::ApiGateway::Account'), 'settings of the account');
    expect(stack).toBe(ACCOUNT_STACK);
    const role = getOnly(
      resources.filter((resource) => resource.stack === stack && resource.Type === 'AWS::IAM::Role'),
      'role',
    );
    expect(Properties, id).toEqual({ CloudWatchRoleArn: { 'Fn::GetAtt': [role.id, 'Arn'] } });
    // its name would be taken if the stack were created again
    expect(role.Properties.RoleName).toBeUndefined();
    const withApis = new Set(ofType('AWS::ApiGateway::Stage').map(({ stack }) => stack));
    expect(withApis.size).toBe(isSandboxed ? 2 : 1);
    for (const { name, before } of stacks) expect(before.includes(stack), name).toBe(withApis.has(name));
  });

  test('deploys state first, the relay and the redrive after every consumer, and the API last', () => {
    const contextNames = manifestsOn(stage, contexts).map(({ context }) => context);
    const dependenciesOf = (name: string) =>
      getOnly(
        stacks.filter((stack) => stack.name === `breakwater-${stage}-${name}`),
        name,
      ).before;
    for (const name of contextNames) expect(dependenciesOf(name), name).toContain(`breakwater-${stage}-state`);
    const consumerRules = ofType('AWS::Events::Rule').filter(({ Properties }) => Properties.EventPattern);
    for (const { stack } of consumerRules)
      for (const name of ['relay', 'operations']) expect(dependenciesOf(name)).toContain(stack);
    expect(dependenciesOf('orders')).toEqual(
      expect.arrayContaining(['inventory', 'payments'].map((name) => `breakwater-${stage}-${name}`)),
    );
    expect(dependenciesOf('payments').includes(`breakwater-${stage}-sandbox`)).toBe(isSandboxed);
    for (const name of contextNames) expect(dependenciesOf('api'), name).toContain(`breakwater-${stage}-${name}`);
  });

  test('tags every resource with the project, the stage and its context', () => {
    const tagged = resources.filter(({ Type }) => !UNTAGGED.test(Type));
    expect(tagged.length).toBeGreaterThan(100);
    for (const { stack, id, Properties } of tagged) {
      const name = stack.replace(`breakwater-${stage}-`, '');
      const context = name === 'state' || name === 'api' ? {} : { context: name };
      const expected = stack === ACCOUNT_STACK ? {} : { stage, ...context };
      const tags = Array.isArray(Properties.Tags)
        ? Object.fromEntries(Properties.Tags.map(({ Key, Value }: Json) => [Key, Value]))
        : Properties.Tags;
      expect(tags, `${stack} ${id}`).toEqual({ project: 'breakwater', ...expected });
      // CloudFormation adds these to resources whose type has no tags in a template
      const { tags: stackTags } = getOnly(
        stacks.filter((candidate) => candidate.name === stack),
        stack,
      );
      expect(stackTags, stack).toEqual(tags);
    }
  });

  test('has no resource types and no settings with further costs while idle', () => {
    // a dedicated address of SES would cost; these cost with the mails that are sent
    const allowedTypes =
      /^AWS::((ApiGateway|CDK|CloudWatch|DynamoDB|Events|IAM|KMS|Lambda|Logs|S3|SNS|SQS|SSM|SecretsManager|StepFunctions|WAFv2)::|SES::ConfigurationSet)/;
    for (const { Type } of resources) expect(Type).toMatch(allowedTypes);
    for (const { id, Properties } of ofType('AWS::Lambda::Function')) {
      expect(Properties.ReservedConcurrentExecutions, id).toBeUndefined();
      expect(Properties.VpcConfig, id).toBeUndefined();
    }
  });
});
