import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import { functionsOf, type Manifest, names } from '#platform/manifest';
import { stageOf } from '../../lib/stages.ts';
import { allStages, getOnly, type Json, settingsOf } from './synthesis.ts';

const RUNBOOK = /Runbook: (docs\/runbooks\/[a-z-]+\.md)$/;
const workers = functionsOf(...contexts).filter(({ spec }) => spec.consumes);
const scheduled = functionsOf(...contexts).filter(({ spec }) => spec.everyMinutes);
const workflows = contexts.flatMap((manifest) => Object.keys(manifest.workflows ?? {}));

const metrics = contexts.flatMap((manifest: Manifest) =>
  Object.entries(manifest.metrics ?? {}).map(([name, { alarm }]) => ({ name, alarm })),
);

test('every metric has an alarm but those that count what is usual', () =>
  expect(metrics.filter(({ alarm }) => !alarm).map(({ name }) => name)).toEqual([
    ...['OrdersExpired', 'OrdersReleased', 'OrdersMadeOffline', 'OrdersGaveWay'],
    'DeadLettersSentBack',
  ]));

type AlarmTarget = { readonly dimensionName: string; readonly type: string; readonly nameProperty: string };

describe.each(allStages())('%s', (stage, { ofType }) => {
  const named = names(stage);
  /** One for each metric that an alarm watches: some watch a sum. */
  const alarms = ofType('AWS::CloudWatch::Alarm').flatMap(({ Properties, ...alarm }) => {
    const { Metrics = [], ...properties } = Properties;
    const watched = Metrics.flatMap(({ MetricStat }: Json) => MetricStat ?? []);
    return watched.length === 0
      ? [{ ...alarm, Properties }]
      : watched.map(({ Metric, Stat, Period }: Json) => ({
          ...alarm,
          Properties: { ...properties, ...Metric, Statistic: Stat, Period },
        }));
  });
  const dimension = ({ Properties }: Json, name: string) =>
    Properties.Dimensions?.find(({ Name }: Json) => Name === name)?.Value;
  /** What the alarms on a metric watch, by name: the value of a dimension, or the resource that it refers to. */
  const targetsOf = (metric: string, { dimensionName, type, nameProperty }: AlarmTarget) =>
    alarms
      .filter(({ Properties }) => Properties.MetricName === metric)
      .map((alarm) => {
        const value = dimension(alarm, dimensionName);
        const id = value?.Ref ?? value?.['Fn::GetAtt']?.[0];
        const resource = ofType(type).find((candidate) => candidate.stack === alarm.stack && candidate.id === id);
        return resource?.Properties[nameProperty] ?? value;
      })
      .sort();

  if (stage === 'dev') {
    test('has neither alarms nor a topic', () => {
      for (const type of ['AWS::CloudWatch::Alarm', 'AWS::SNS::Topic', 'AWS::KMS::Key'])
        expect(ofType(type)).toEqual([]);
    });
    return;
  }

  test('each queue without a consumer has an alarm', () => {
    const unconsumed = ofType('AWS::SQS::Queue')
      .map(({ Properties }) => Properties.QueueName)
      .filter((name) => name !== named.canaries && !workers.some(({ id }) => name === named.queue(id)));
    expect(unconsumed).toEqual(
      expect.arrayContaining(workers.flatMap(({ id }) => [named.deadLetters(id), named.ruleDeadLetters(id)])),
    );
    const byQueue = { dimensionName: 'QueueName', type: 'AWS::SQS::Queue', nameProperty: 'QueueName' };
    expect(targetsOf('ApproximateNumberOfMessagesVisible', byQueue)).toEqual(unconsumed.sort());
    // the redrive hides dead letters while it looks at them, every minute
    expect(targetsOf('ApproximateNumberOfMessagesNotVisible', byQueue)).toEqual(
      workers.map(({ id }) => named.deadLetters(id)).sort(),
    );
  });

  test('each workflow has alarms for failed and timed-out executions', () => {
    for (const metric of ['ExecutionsFailed', 'ExecutionsTimedOut']) {
      const targets = targetsOf(metric, {
        dimensionName: 'StateMachineArn',
        type: 'AWS::StepFunctions::StateMachine',
        nameProperty: 'StateMachineName',
      });
      expect(targets).toEqual(workflows.map(named.workflow).sort());
      for (const { Properties } of alarms.filter((alarm) => alarm.Properties.MetricName === metric))
        expect(Properties).toMatchObject({ Namespace: 'AWS/States', Statistic: 'Sum', Threshold: 0, Period: 300 });
    }
  });

  test('each scheduled function and each worker has an alarm for runs that fail, time out or crash', () => {
    expect(
      targetsOf('Errors', {
        dimensionName: 'FunctionName',
        type: 'AWS::Lambda::Function',
        nameProperty: 'FunctionName',
      }),
    ).toEqual([...scheduled, ...workers].map(({ id }) => named.fn(id)).sort());
    for (const { Properties } of alarms.filter((alarm) => alarm.Properties.MetricName === 'Errors'))
      expect(Properties).toMatchObject({ Namespace: 'AWS/Lambda', Statistic: 'Sum', Threshold: 0, Period: 300 });
  });

  test.each(scheduled)('the page of the alarm for failed runs of $id says what they mean', ({ id }) => {
    const { Properties } = getOnly(
      alarms.filter(({ Properties: { AlarmDescription } }) => AlarmDescription.startsWith(`A run of ${id} failed.`)),
      id,
    );
    const [, page = ''] = RUNBOOK.exec(Properties.AlarmDescription) ?? [];
    const [meaning = ''] = readFileSync(page, 'utf8').split('**Look here.**');
    expect(meaning).toContain(`\`${id}\``);
  });

  test.each(workers)(
    '$id, while it cannot run, fails on each message once in every period of its alarm',
    ({ id, spec }) => {
      const queue = getOnly(
        ofType('AWS::SQS::Queue').filter(({ Properties }) => Properties.QueueName === named.queue(id)),
        id,
      );
      expect(queue.Properties.VisibilityTimeout + (spec.timeoutSeconds ?? 10)).toBeLessThan(300);
    },
  );

  test('each worker has an alarm for a message that is more than three minutes old', () => {
    expect(
      targetsOf('ApproximateAgeOfOldestMessage', {
        dimensionName: 'QueueName',
        type: 'AWS::SQS::Queue',
        nameProperty: 'QueueName',
      }),
    ).toEqual(workers.map(({ id }) => named.queue(id)).sort());
    for (const { Properties } of alarms.filter(
      (alarm) => alarm.Properties.MetricName === 'ApproximateAgeOfOldestMessage',
    ))
      expect(Properties).toMatchObject({ Statistic: 'Maximum', Threshold: 180, Period: 60 });
  });

  test.each(metrics.filter(({ alarm }) => alarm))(
    'the first $name raises an alarm with its text and page',
    (counted) => {
      const alarm = getOnly(
        alarms.filter(({ Properties }) => Properties.MetricName === counted.name),
        counted.name,
      );
      expect(alarm.Properties).toMatchObject({
        AlarmDescription: `${counted.alarm?.text} Runbook: docs/runbooks/${counted.alarm?.runbook}.md`,
        Namespace: 'Breakwater',
        Dimensions: [{ Name: 'Stage', Value: stage }],
        Statistic: 'Sum',
        Threshold: 0,
        Period: 300,
      });
    },
  );

  test('the API has an alarm for its rate of server errors', () => {
    const alarm = getOnly(
      alarms.filter(({ Properties }) => Properties.MetricName === '5XXError'),
      '5XXError',
    );
    expect(alarm.Properties).toMatchObject({ Statistic: 'Average', Threshold: 0.05, Period: 300 });
    expect(dimension(alarm, 'ApiName')).toBe(`${named.prefix}-api`);
  });

  test('every alarm names an existing runbook, and notifies the topic when it is raised and when it ends', () => {
    expect(alarms.length).toBeGreaterThan(0);
    for (const { id, Properties } of alarms) {
      const [, runbook = ''] = RUNBOOK.exec(Properties.AlarmDescription) ?? [];
      expect(existsSync(runbook), `${id}: ${Properties.AlarmDescription}`).toBe(true);
      for (const actions of [Properties.AlarmActions, Properties.OKActions]) {
        expect(actions, id).toHaveLength(1);
        expect(JSON.stringify(actions[0])).toMatch(new RegExp(`:${named.alarms}"`));
      }
      expect(Properties, id).toMatchObject({
        EvaluationPeriods: 1,
        TreatMissingData: 'notBreaching',
        ComparisonOperator: 'GreaterThanThreshold',
      });
      expect(Properties.ActionsEnabled ?? true, id).toBe(true);
    }
  });

  test('the topic is encrypted with a key that CloudWatch may use, and accepts only TLS', () => {
    const topic = getOnly(ofType('AWS::SNS::Topic'), 'topic');
    const key = getOnly(ofType('AWS::KMS::Key'), 'key');
    expect(topic.Properties).toMatchObject({
      TopicName: named.alarms,
      KmsMasterKeyId: { 'Fn::GetAtt': [key.id, 'Arn'] },
    });
    expect(key.Properties.EnableKeyRotation).toBe(true);
    const cloudWatch = ({ Principal }: Json) => Principal.Service === 'cloudwatch.amazonaws.com';
    const [accountStatement, ...serviceStatements] = key.Properties.KeyPolicy.Statement;
    expect(JSON.stringify(accountStatement.Principal)).toContain(':root"');
    expect(serviceStatements.every(cloudWatch)).toBe(true);
    const [encryption] = key.Properties.KeyPolicy.Statement.filter(cloudWatch);
    expect(encryption.Action).toEqual(expect.arrayContaining(['kms:Decrypt', 'kms:GenerateDataKey*']));
    const { Statement } = getOnly(ofType('AWS::SNS::TopicPolicy'), 'policy').Properties.PolicyDocument;
    const allowed = Statement.filter(({ Effect }: Json) => Effect === 'Allow');
    expect(allowed).toEqual(Statement.filter(cloudWatch));
    expect(allowed).toMatchObject([{ Action: 'sns:Publish' }]);
    expect(Statement).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      ]),
    );
  });
});

test('an alarm of prod names every runbook except those of what people notice: leaks, and the loss of the table', () => {
  const [, { ofType }] = getOnly(
    allStages().filter(([stage]) => stage === 'prod'),
    'prod',
  );
  const runbooks = new Set(
    ofType('AWS::CloudWatch::Alarm').map(({ Properties }) => RUNBOOK.exec(Properties.AlarmDescription)?.[1]),
  );
  const pages = readdirSync('docs/runbooks').map((file) => `docs/runbooks/${file}`);
  expect(pages.filter((page) => !runbooks.has(page))).toEqual([
    'docs/runbooks/leaked-key.md',
    'docs/runbooks/leaked-secret.md',
    'docs/runbooks/restore.md',
  ]);
});

test('alarms reach the person on call by mail', () => {
  for (const [stage, { ofType }] of allStages()) {
    const { alarmEmail } = settingsOf[stage];
    const subscriptions = ofType('AWS::SNS::Subscription').map(({ Properties }) => Properties);
    expect(subscriptions).toMatchObject(alarmEmail === undefined ? [] : [{ Protocol: 'email', Endpoint: alarmEmail }]);
  }
  expect(() => stageOf({ alarmEmail: 'nobody' })).toThrow('"nobody" is not a mail address');
});
