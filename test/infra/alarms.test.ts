import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import { functionsOf, names } from '#platform/manifest';
import { stageOf } from '../../lib/stages.ts';
import { everyStage, type Json, only, settingsOf, synthesise } from './synthesis.ts';

const RUNBOOK = /Runbook: (docs\/runbooks\/[a-z-]+\.md)$/;
const workers = functionsOf(...contexts).filter(({ spec }) => spec.consumes);
const scheduled = functionsOf(...contexts).filter(({ spec }) => spec.everyMinutes);
const workflows = contexts.flatMap((manifest) => Object.keys(manifest.workflows ?? {}));

describe.each(everyStage())('%s', (stage, { ofType }) => {
  const by = names(stage);
  const alarms = ofType('AWS::CloudWatch::Alarm');
  const dimension = ({ Properties }: Json, name: string) =>
    Properties.Dimensions?.find(({ Name }: Json) => Name === name)?.Value;
  /** The alarms on a metric, and what each of them is about: a name, or the name of the resource that it refers to. */
  const on = (metric: string, dimensionName: string, type: string, nameProperty: string) =>
    alarms
      .filter(({ Properties }) => Properties.MetricName === metric)
      .map((alarm) => {
        const value = dimension(alarm, dimensionName);
        const id = value?.Ref ?? value?.['Fn::GetAtt']?.[0];
        const named = ofType(type).find((one) => one.stack === alarm.stack && one.id === id);
        return named?.Properties[nameProperty] ?? value;
      })
      .sort();

  if (stage === 'dev') {
    test('has no alarms, and no topic to pay for', () => {
      for (const type of ['AWS::CloudWatch::Alarm', 'AWS::SNS::Topic', 'AWS::KMS::Key'])
        expect(ofType(type)).toEqual([]);
    });
    return;
  }

  test('each dead-letter queue and each queue of undelivered events has its alarm', () => {
    const rests = ofType('AWS::SQS::Queue')
      .map(({ Properties }) => Properties.QueueName)
      .filter((name) => !workers.some(({ id }) => name === by.queue(id)));
    expect(rests).toEqual(
      expect.arrayContaining(workers.flatMap(({ id }) => [by.deadLetters(id), by.ruleDeadLetters(id)])),
    );
    expect(on('ApproximateNumberOfMessagesVisible', 'QueueName', 'AWS::SQS::Queue', 'QueueName')).toEqual(rests.sort());
  });

  test('each workflow has alarms for what failed and what took too long', () => {
    for (const metric of ['ExecutionsFailed', 'ExecutionsTimedOut']) {
      const about = on(metric, 'StateMachineArn', 'AWS::StepFunctions::StateMachine', 'StateMachineName');
      expect(about).toEqual(workflows.map(by.workflow).sort());
      for (const { Properties } of alarms.filter((alarm) => alarm.Properties.MetricName === metric))
        expect(Properties).toMatchObject({ Namespace: 'AWS/States', Statistic: 'Sum', Threshold: 0, Period: 300 });
    }
  });

  test('each scheduled function has an alarm for runs that fail', () => {
    expect(on('Errors', 'FunctionName', 'AWS::Lambda::Function', 'FunctionName')).toEqual(
      scheduled.map(({ id }) => by.fn(id)).sort(),
    );
    for (const { Properties } of alarms.filter((alarm) => alarm.Properties.MetricName === 'Errors'))
      expect(Properties).toMatchObject({ Namespace: 'AWS/Lambda', Statistic: 'Sum', Threshold: 0, Period: 300 });
  });

  test.each(['BreakerOpened', 'OrdersParked', 'OrdersRestarted'])('the first %s is told', (metric) => {
    const alarm = only(
      alarms.filter(({ Properties }) => Properties.MetricName === metric),
      metric,
    );
    expect(alarm.Properties).toMatchObject({
      Namespace: 'Breakwater',
      Dimensions: [{ Name: 'Stage', Value: stage }],
      Statistic: 'Sum',
      Threshold: 0,
      Period: 300,
    });
  });

  test('the API has an alarm for the part of its answers that are server errors', () => {
    const alarm = only(
      alarms.filter(({ Properties }) => Properties.MetricName === '5XXError'),
      '5XXError',
    );
    expect(alarm.Properties).toMatchObject({ Statistic: 'Average', Threshold: 0.05, Period: 300 });
    expect(dimension(alarm, 'ApiName')).toBe(`${by.prefix}-api`);
  });

  test('every alarm names a runbook that is there, and tells the topic when it begins and when it ends', () => {
    expect(alarms.length).toBeGreaterThan(0);
    for (const { id, Properties } of alarms) {
      const [, runbook = ''] = RUNBOOK.exec(Properties.AlarmDescription) ?? [];
      expect(existsSync(runbook), `${id}: ${Properties.AlarmDescription}`).toBe(true);
      for (const actions of [Properties.AlarmActions, Properties.OKActions]) {
        expect(actions, id).toHaveLength(1);
        expect(JSON.stringify(actions[0])).toMatch(new RegExp(`:${by.alarms}"`));
      }
      expect(Properties, id).toMatchObject({
        EvaluationPeriods: 1,
        TreatMissingData: 'notBreaching',
        ComparisonOperator: 'GreaterThanThreshold',
      });
      expect(Properties.ActionsEnabled ?? true, id).toBe(true);
    }
  });

  test('the topic is encrypted with a key that CloudWatch may use, and takes nothing in the clear', () => {
    const topic = only(ofType('AWS::SNS::Topic'), 'topic');
    const key = only(ofType('AWS::KMS::Key'), 'key');
    expect(topic.Properties).toMatchObject({ TopicName: by.alarms, KmsMasterKeyId: { 'Fn::GetAtt': [key.id, 'Arn'] } });
    expect(key.Properties.EnableKeyRotation).toBe(true);
    const cloudWatch = ({ Principal }: Json) => Principal.Service === 'cloudwatch.amazonaws.com';
    const [account, ...services] = key.Properties.KeyPolicy.Statement;
    expect(JSON.stringify(account.Principal)).toContain(':root"');
    expect(services.every(cloudWatch)).toBe(true);
    const [use] = key.Properties.KeyPolicy.Statement.filter(cloudWatch);
    expect(use.Action).toEqual(expect.arrayContaining(['kms:Decrypt', 'kms:GenerateDataKey*']));
    const { Statement } = only(ofType('AWS::SNS::TopicPolicy'), 'policy').Properties.PolicyDocument;
    const allowing = Statement.filter(({ Effect }: Json) => Effect === 'Allow');
    expect(allowing).toEqual(Statement.filter(cloudWatch));
    expect(allowing).toMatchObject([{ Action: 'sns:Publish' }]);
    expect(ofType('AWS::SNS::Subscription')).toEqual([]);
    expect(Statement).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      ]),
    );
  });
});

test('every runbook of an alarm is named by one, on prod', () => {
  const [, { ofType }] = only(
    everyStage().filter(([stage]) => stage === 'prod'),
    'prod',
  );
  const named = new Set(
    ofType('AWS::CloudWatch::Alarm').map(({ Properties }) => RUNBOOK.exec(Properties.AlarmDescription)?.[1]),
  );
  const pages = readdirSync('docs/runbooks').map((file) => `docs/runbooks/${file}`);
  expect(pages.filter((page) => !named.has(page))).toEqual(['docs/runbooks/restore.md']);
});

test('whoever is on call hears of alarms by mail', () => {
  const { ofType } = synthesise({ ...settingsOf.prod, alarmEmail: 'oncall@example.com' });
  expect(only(ofType('AWS::SNS::Subscription'), 'subscription').Properties).toMatchObject({
    Protocol: 'email',
    Endpoint: 'oncall@example.com',
  });
  expect(() => stageOf({ alarmEmail: 'nobody' })).toThrow('"nobody" is no mail address');
});
