import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { names } from '#platform/manifest';
import { stageOf } from '../../lib/stages.ts';
import { everyStage, type Json, only, settingsOf, synthesise } from './synthesis.ts';

const contexts = ['tenants', 'catalog', 'inventory', 'orders', 'payments', 'relay', 'notifications', 'operations'];
const stages = everyStage();
/** Types that CloudFormation takes no tags for, or the CDK sets none on. */
const UNTAGGED =
  /^AWS::(CDK::Metadata|ApiGateway::(?!RestApi|Stage)\w+|IAM::Policy|Lambda::(EventInvokeConfig|Permission)|\w+::\w+Policy|WAFv2::WebACLAssociation)$/;

describe('which stage', () => {
  test('dev unless another is named', () => expect(stageOf({}).name).toBe('dev'));

  test('an unknown one is refused with those that there are', () =>
    expect(() => stageOf({ stage: 'production' })).toThrow(
      'unknown stage "production": use -c stage=localstack|dev|staging|prod',
    ));

  test.each(['staging', 'prod'])('%s is refused without a payment provider', (stage) => {
    expect(() => synthesise({ stage })).toThrow(/needs a payment provider: use -c providerUrl=https:/);
    expect(() => synthesise({ stage, providerUrl: 'http://provider.example' })).toThrow(/is not an https URL/);
    expect(() => synthesise({ stage, providerUrl: '' })).toThrow(/is not an https URL/);
  });

  test.each(['staging', 'prod'])('%s is refused without an address that mail is from', (stage) => {
    const others = { stage, providerUrl: 'https://provider.example' };
    expect(() => synthesise(others)).toThrow(/needs an address that mail is from: use -c mailFrom=/);
    expect(() => synthesise({ ...others, mailFrom: 'the shop' })).toThrow(/"the shop" is none/);
  });

  test('the command line tells it in one line', () => {
    const { status, stderr } = spawnSync(process.execPath, ['bin/breakwater.ts'], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...process.env, CDK_CONTEXT_JSON: '{"stage":"prod"}' },
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr.trim()).toMatch(/^stage "prod" needs a payment provider: .*$/);
  });
});

describe.each(stages)('%s', (stage, { stacks, resources, ofType }) => {
  const sandboxed = stage === 'localstack' || stage === 'dev';
  const guarded = !sandboxed;

  test('has its stacks, and the sandbox only where no money is', () => {
    const expected = ['state', ...contexts, ...(sandboxed ? ['sandbox'] : []), 'api'];
    expect(stacks.map(({ name }) => name).sort()).toEqual(expected.map((name) => `breakwater-${stage}-${name}`).sort());
    expect(/sandbox/.test(JSON.stringify(stacks))).toBe(sandboxed);
  });

  test('mails customers where money is, and keeps mail where none is', () => {
    const deliver = only(
      ofType('AWS::Lambda::Function').filter(
        (fn) => fn.Properties.FunctionName === names(stage).fn('notifications-deliver'),
      ),
      'notifications-deliver',
    );
    expect(deliver.Properties.Environment.Variables.MAIL).toBe(sandboxed ? 'sink' : settingsOf[stage].mailFrom);
  });

  test('asks its own provider', () => {
    const charge = only(
      ofType('AWS::Lambda::Function').filter((fn) => fn.Properties.FunctionName === names(stage).fn('payments-charge')),
      'payments-charge',
    );
    const url = charge.Properties.Environment.Variables.PROVIDER_URL;
    const { Parameters } = only(
      stacks.filter(({ name }) => name === charge.stack),
      charge.stack,
    ).template;
    if (sandboxed) expect(Parameters[url.Ref].Default).toBe(`/breakwater/${stage}/provider-url`);
    else expect(url).toBe(settingsOf[stage].providerUrl);
  });

  test(`${guarded ? 'keeps' : 'drops'} its data with its stacks`, () => {
    const stateful = [
      'AWS::DynamoDB::Table',
      'AWS::Events::EventBus',
      'AWS::SecretsManager::Secret',
      'AWS::S3::Bucket',
    ] as const;
    for (const type of stateful) {
      expect(ofType(type).length, type).toBeGreaterThan(0);
      for (const { id, DeletionPolicy, UpdateReplacePolicy } of ofType(type)) {
        expect(DeletionPolicy ?? 'Delete', `${type} ${id}`).toBe(guarded ? 'Retain' : 'Delete');
        expect(UpdateReplacePolicy ?? 'Delete', `${type} ${id}`).toBe(guarded ? 'Retain' : 'Delete');
      }
    }
    // besides, an API's account settings and their role stay: they belong to all APIs of the account
    const others = resources.filter(({ Type }) => !stateful.some((type) => type === Type));
    const kept = others.filter(({ DeletionPolicy }) => (DeletionPolicy ?? 'Delete') !== 'Delete');
    expect(kept.map(({ Type }) => Type).sort()).toEqual([
      ...ofType('AWS::ApiGateway::Account').map(({ Type }) => Type),
      ...ofType('AWS::ApiGateway::Account').map(() => 'AWS::IAM::Role'),
    ]);
    for (const { id, DeletionPolicy, UpdateReplacePolicy } of others)
      expect(UpdateReplacePolicy ?? 'Delete', id).toBe(DeletionPolicy ?? 'Delete');
    expect(only(ofType('AWS::DynamoDB::Table'), 'table').Properties.DeletionProtectionEnabled).toBe(guarded);
    for (const stack of stacks) expect(stack.protected, stack.name).toBe(guarded && stack.name.endsWith('-state'));
  });

  test('keeps the logical ids of what holds data: under another id, CloudFormation would make it anew', () => {
    const ids = ['AWS::DynamoDB::Table', 'AWS::Events::EventBus', 'AWS::SecretsManager::Secret', 'AWS::S3::Bucket']
      .flatMap(ofType)
      .map(({ id }) => id);
    expect(ids.sort()).toEqual([
      'BusEA82B648',
      'OperatorKeyD7C0C4F2',
      'ProviderCallbackKeyC456B7DE',
      'ProviderKeyA6B56E02',
      'TableCD117FA1',
      'publishAccessLogs17ED156C',
      'publishGivenUp2B20B8AC',
    ]);
  });

  test('generates its secrets, and no template holds one', () => {
    const by = names(stage);
    const secrets = ofType('AWS::SecretsManager::Secret').map(({ Properties }) => Properties);
    expect(secrets.map(({ Name }) => Name).sort()).toEqual(
      (['operator-key', 'provider-callback-key', 'provider-key'] as const).map(by.secret),
    );
    for (const { Name, GenerateSecretString, SecretString } of secrets) {
      expect(GenerateSecretString, Name).toEqual({ PasswordLength: 48, ExcludePunctuation: true });
      expect(SecretString, Name).toBeUndefined();
    }
  });

  test('has one bus, by its name', () =>
    expect(only(ofType('AWS::Events::EventBus'), 'bus').Properties.Name).toBe(names(stage).bus));

  test('has the table as every host has it', () => {
    expect(only(ofType('AWS::DynamoDB::Table'), 'table').Properties).toMatchObject({
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
      // encrypted with a key that AWS owns, which costs nothing per request
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

  test('shares names between its stacks, and nothing else', () => {
    for (const { name, template } of stacks) {
      expect(JSON.stringify(template), name).not.toContain('Fn::ImportValue');
      for (const output of Object.values<{ Export?: unknown }>(template.Outputs ?? {})) {
        expect(output.Export, name).toBeUndefined();
      }
    }
  });

  test('deploys state first, the relay after every consumer, the API last', () => {
    const before = (name: string) =>
      only(
        stacks.filter((stack) => stack.name === `breakwater-${stage}-${name}`),
        name,
      ).before;
    for (const name of contexts) expect(before(name), name).toContain(`breakwater-${stage}-state`);
    for (const { stack } of ofType('AWS::Events::Rule')) expect(before('relay')).toContain(stack);
    expect(before('orders')).toEqual(
      expect.arrayContaining(['inventory', 'payments'].map((name) => `breakwater-${stage}-${name}`)),
    );
    expect(before('payments').includes(`breakwater-${stage}-sandbox`)).toBe(sandboxed);
    for (const name of contexts) expect(before('api'), name).toContain(`breakwater-${stage}-${name}`);
  });

  test('tags everything with the project, the stage and its context', () => {
    const tagged = resources.filter(({ Type }) => !UNTAGGED.test(Type));
    expect(tagged.length).toBeGreaterThan(100);
    for (const { stack, id, Properties } of tagged) {
      const name = stack.replace(`breakwater-${stage}-`, '');
      const context = name === 'state' || name === 'api' ? {} : { context: name };
      const tags = Array.isArray(Properties.Tags)
        ? Object.fromEntries(Properties.Tags.map(({ Key, Value }: Json) => [Key, Value]))
        : Properties.Tags;
      expect(tags, `${stack} ${id}`).toEqual({ project: 'breakwater', stage, ...context });
    }
  });

  test('pays for nothing that idles but alarms and their key, secrets, the firewall of prod and what is stored', () => {
    const known =
      /^AWS::(ApiGateway|CDK|CloudWatch|DynamoDB|Events|IAM|KMS|Lambda|Logs|S3|SNS|SQS|SSM|SecretsManager|StepFunctions|WAFv2)::/;
    for (const { Type } of resources) expect(Type).toMatch(known);
    for (const { id, Properties } of ofType('AWS::Lambda::Function')) {
      expect(Properties.ReservedConcurrentExecutions, id).toBeUndefined();
      expect(Properties.VpcConfig, id).toBeUndefined();
    }
  });
});
