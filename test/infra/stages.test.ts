import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { names } from '#shared/manifest';
import { stageOf } from '../../lib/stages.ts';
import { everyStage, only, settingsOf, synthesise } from './synthesis.ts';

const contexts = ['tenants', 'catalog', 'inventory', 'orders', 'payments', 'relay', 'notifications', 'operations'];
const stages = everyStage();

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
      for (const { id, DeletionPolicy } of ofType(type)) {
        expect(DeletionPolicy ?? 'Delete', `${type} ${id}`).toBe(guarded ? 'Retain' : 'Delete');
      }
    }
    expect(only(ofType('AWS::DynamoDB::Table'), 'table').Properties.DeletionProtectionEnabled).toBe(guarded);
    for (const stack of stacks) expect(stack.protected, stack.name).toBe(guarded && stack.name.endsWith('-state'));
  });

  test('has the table as every host has it', () => {
    expect(only(ofType('AWS::DynamoDB::Table'), 'table').Properties).toMatchObject({
      TableName: names(stage).table,
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
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

  test('is tagged, and lets no log group live for ever', () => {
    expect(only(ofType('AWS::DynamoDB::Table'), 'table').Properties.Tags).toEqual([
      { Key: 'project', Value: 'breakwater' },
      { Key: 'stage', Value: stage },
    ]);
    for (const { id, Properties } of ofType('AWS::Logs::LogGroup'))
      expect(Properties.RetentionInDays, id).toBeGreaterThan(0);
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
