import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import { functionsOf, names } from '#platform/manifest';
import { stageOf } from '../../lib/stages.ts';
import { alarmsOf } from './alarms.ts';
import { allStages, getOnly, type Json, settingsOf } from './synthesis.ts';

const RUNBOOK = /Runbook: (docs\/runbooks\/[a-z-]+\.md)$/;
const scheduled = functionsOf(...contexts).filter(({ spec }) => spec.everyMinutes);

/** How an alarm of each kind of metric is evaluated: by default the first period above the threshold raises it, and no data does not. */
const aboveAtOnce = {
  EvaluationPeriods: 1,
  TreatMissingData: 'notBreaching',
  ComparisonOperator: 'GreaterThanThreshold',
};
const lastingThrottles = { ...aboveAtOnce, EvaluationPeriods: 3 };
const silence = { EvaluationPeriods: 2, TreatMissingData: 'breaching', ComparisonOperator: 'LessThanThreshold' };
/** SQS reports zeros, and nothing of a new queue for up to 15 minutes. */
const silenceWithData = { ...silence, EvaluationPeriods: 4, TreatMissingData: 'ignore' };
const evaluations: Readonly<Record<string, object>> = {
  ...{ Invocations: silence, PolledEventCount: silence },
  ...{ NumberOfMessagesReceived: silenceWithData, NumberOfEmptyReceives: silenceWithData },
  ...{ Throttles: lastingThrottles, ExecutionThrottled: lastingThrottles },
  ...{ ReadThrottleEvents: lastingThrottles, WriteThrottleEvents: lastingThrottles },
  Latency: lastingThrottles,
};

describe.each(allStages().filter(([stage]) => stage !== 'dev'))('%s', (stage, synthesis) => {
  const { ofType } = synthesis;
  const named = names(stage);
  const { alarms } = alarmsOf(synthesis);

  test.each(scheduled)('the page of the alarm for failed runs of $id says what they mean', ({ id }) => {
    const { Properties } = getOnly(
      alarms.filter(({ Properties: { AlarmDescription } }) => AlarmDescription.startsWith(`A run of ${id} failed.`)),
      id,
    );
    const [, page = ''] = RUNBOOK.exec(Properties.AlarmDescription) ?? [];
    const [meaning = ''] = readFileSync(page, 'utf8').split('**Look here.**');
    expect(meaning).toContain(`\`${id}\``);
    expect(meaning, 'what it means that it does not run').toContain('has not run');
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
      expect(Properties.ActionsEnabled ?? true, id).toBe(true);
    }
    for (const { id, Properties } of ofType('AWS::CloudWatch::Alarm')) {
      const watched = [Properties, ...(Properties.Metrics ?? []).map(({ MetricStat }: Json) => MetricStat?.Metric)];
      const [evaluation = aboveAtOnce] = watched.flatMap((metric: Json) => evaluations[metric?.MetricName] ?? []);
      expect(Properties, id).toMatchObject(evaluation);
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
    const alarmsOfAccount = { 'Fn::Join': ['', expect.arrayContaining([{ Ref: 'AWS::AccountId' }, ':alarm:*'])] };
    expect(allowed).toMatchObject([
      { Action: 'sns:Publish', Condition: { ArnLike: { 'aws:SourceArn': alarmsOfAccount } } },
    ]);
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
  expect(() => stageOf({ ...settingsOf.prod, alarmEmail: 'nobody' })).toThrow('"nobody" is not a mail address');
});
