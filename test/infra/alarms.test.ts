import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import {
  functionsOf,
  type Manifest,
  type MetricDefinition,
  type NamedFunction,
  names,
  TABLE,
} from '#platform/manifest';
import { createHost } from '../../embedded/host/host.ts';
import { stageOf } from '../../lib/stages.ts';
import { secrets } from '../fixtures/secrets.ts';
import { allStages, evaluate, getOnly, type Json, settingsOf } from './synthesis.ts';

const HOUR_MS = 3_600_000;
const RUNBOOK = /Runbook: (docs\/runbooks\/[a-z-]+\.md)$/;
const workers = functionsOf(...contexts).filter(({ spec }) => spec.consumes);
const scheduled = functionsOf(...contexts).filter(({ spec }) => spec.everyMinutes);
const authorizers = functionsOf(...contexts).filter(({ spec }) => spec.authorizes);
const workflows = contexts.flatMap((manifest) => Object.keys(manifest.workflows ?? {}));

const metrics = contexts.flatMap((manifest: Manifest) =>
  Object.entries<MetricDefinition>(manifest.metrics ?? {}).map(([name, { alarm }]) => ({ name, alarm })),
);
const isCounted = ({ alarm }: (typeof metrics)[number]) => alarm !== undefined && alarm.share === undefined;
const shares = metrics.flatMap(({ name, alarm }) => (alarm?.share ? [{ name, share: alarm.share }] : []));

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
  Count: lastingThrottles,
};

/** A function that fails makes one of these rise. Its callers or its source retry, so each needs no alarm of its own. */
const failureSignalOf = ({ id, spec, routes }: NamedFunction): string => {
  if (spec.everyMinutes || spec.consumes || spec.authorizes) return `Errors of ${id}`;
  if (spec.streams) return 'IteratorAge';
  if (spec.task) return 'ExecutionsFailed';
  return routes.length > 0 ? '5XXError' : 'none';
};

test('every metric has an alarm but those that count what is usual', () =>
  expect(metrics.filter(({ alarm }) => !alarm).map(({ name }) => name)).toEqual([
    ...['OrdersReleased', 'OrdersMadeOffline', 'OrdersGaveWay'],
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
    // the other alarm is raised already while messages wait, and notifies nobody of the next one
    expect(targetsOf('NumberOfMessagesSent', byQueue)).toEqual(unconsumed.sort());
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

  test('each scheduled function, each worker and the authorizer has an alarm for runs that fail, time out or crash', () => {
    expect(
      targetsOf('Errors', {
        dimensionName: 'FunctionName',
        type: 'AWS::Lambda::Function',
        nameProperty: 'FunctionName',
      }),
    ).toEqual([...scheduled, ...workers, ...authorizers].map(({ id }) => named.fn(id)).sort());
    for (const { Properties } of alarms.filter((alarm) => alarm.Properties.MetricName === 'Errors'))
      expect(Properties).toMatchObject({ Namespace: 'AWS/Lambda', Statistic: 'Sum', Threshold: 0, Period: 300 });
  });

  test('each scheduled function has an alarm for no run in ten minutes', () => {
    const byFunction = {
      dimensionName: 'FunctionName',
      type: 'AWS::Lambda::Function',
      nameProperty: 'FunctionName',
    };
    expect(targetsOf('Invocations', byFunction)).toEqual(scheduled.map(({ id }) => named.fn(id)).sort());
    for (const { Properties } of alarms.filter((alarm) => alarm.Properties.MetricName === 'Invocations'))
      expect(Properties).toMatchObject({ Namespace: 'AWS/Lambda', Statistic: 'Sum', Threshold: 1, Period: 300 });
  });

  test('each event source has an alarm for nobody reading it, whether or not something waits in it', () => {
    const byQueue = { dimensionName: 'QueueName', type: 'AWS::SQS::Queue', nameProperty: 'QueueName' };
    for (const metric of ['NumberOfMessagesReceived', 'NumberOfEmptyReceives'])
      expect(targetsOf(metric, byQueue), metric).toEqual(workers.map(({ id }) => named.queue(id)).sort());
    const sources = ofType('AWS::Lambda::EventSourceMapping');
    const [streams, queues] = [true, false].map((isStream) =>
      sources.filter(({ Properties }) => isStream === (Properties.StartingPosition !== undefined)),
    );
    expect(queues).toHaveLength(workers.length);
    for (const { id, Properties } of streams ?? []) {
      expect(Properties.MetricsConfig, id).toEqual({ Metrics: ['EventCount'] });
      const ofSource = alarms.filter(
        (alarm) =>
          alarm.Properties.MetricName === 'PolledEventCount' &&
          JSON.stringify(dimension(alarm, 'EventSourceMappingUUID')).includes(`"${id}"`),
      );
      expect(getOnly(ofSource, id).Properties).toMatchObject({ Statistic: 'Sum', Threshold: 1, Period: 300 });
    }
  });

  test('the table, each index, each workflow and the functions of the account have an alarm for throttling that lasts', () => {
    const watched = alarms
      .filter(({ Properties }) => /Throttle/.test(Properties.MetricName))
      .map(({ Properties: { Namespace, MetricName, Dimensions = [], ...properties } }) => {
        expect(properties).toMatchObject({ Statistic: 'Sum', Threshold: 0, Period: 300 });
        const values = Dimensions.map(({ Value }: Json) => (typeof Value === 'string' ? Value : 'of the stack'));
        return [Namespace, MetricName, ...values].join(' ');
      });
    const places = [named.table, ...TABLE.indexes.map(({ name }) => `${name} ${named.table}`)];
    expect(watched.sort()).toEqual(
      [
        'AWS/Lambda Throttles',
        ...workflows.map(() => 'AWS/States ExecutionThrottled of the stack'),
        ...places.flatMap((place) => ['Read', 'Write'].map((kind) => `AWS/DynamoDB ${kind}ThrottleEvents ${place}`)),
      ].sort(),
    );
  });

  test('an alarm on a metric of DynamoDB fills missing values, because it would keep its state without them', () => {
    const ofTable = ofType('AWS::CloudWatch::Alarm').filter(({ Properties }) =>
      JSON.stringify(Properties).includes('"AWS/DynamoDB"'),
    );
    expect(ofTable).toHaveLength(1 + TABLE.indexes.length);
    for (const { id, Properties } of ofTable) {
      const [expression, ...watched] = Properties.Metrics;
      expect(expression.Expression, id).toBe(watched.map(({ Id }: Json) => `FILL(${Id}, 0)`).join(' + '));
    }
  });

  test('every alarm is one that CloudWatch accepts: at most ten metrics, and a day of them', () => {
    for (const { id, Properties } of ofType('AWS::CloudWatch::Alarm')) {
      expect((Properties.Metrics ?? []).length, id).toBeLessThanOrEqual(10);
      const periods = [Properties, ...(Properties.Metrics ?? []).map(({ MetricStat }: Json) => MetricStat)]
        .map((stat: Json) => stat?.Period)
        .filter((period: number | undefined) => period !== undefined);
      for (const period of periods) expect(period * Properties.EvaluationPeriods, id).toBeLessThanOrEqual(86_400);
    }
  });

  test.each(
    functionsOf(...contexts).filter(({ context }) =>
      ofType('AWS::Lambda::Function').some(({ stack }) => stack.endsWith(`-${context}`)),
    ),
  )('an alarm watches what becomes worse if $id fails', (fn) => {
    const signal = failureSignalOf(fn);
    expect(signal, fn.id).not.toBe('none');
    const [metricName, functionId] = signal.split(' of ');
    expect(alarms.map(({ Properties }) => Properties.MetricName)).toContain(metricName);
    if (functionId)
      expect(JSON.stringify(alarms.filter(({ Properties }) => Properties.MetricName === metricName))).toContain(
        functionId,
      );
  });

  test.each(shares)('$name raises an alarm only as a share of what began', ({ name, share }) => {
    const { Properties } = getOnly(
      ofType('AWS::CloudWatch::Alarm').filter((alarm) => JSON.stringify(alarm.Properties).includes(`"${name}"`)),
      name,
    );
    const [{ Expression }, counted, total] = Properties.Metrics;
    expect(counted.MetricStat).toMatchObject({ Stat: 'Sum', Period: share.hours * 3_600 });
    expect(total.MetricStat).toMatchObject({ Stat: 'Sum', Metric: { MetricName: 'ExecutionsStarted' } });
    expect(JSON.stringify(total.MetricStat.Metric.Dimensions)).toContain(`:${named.workflow(share.ofWorkflow)}"`);
    const isRaised = (counts: readonly [number | undefined, number | undefined]) =>
      (evaluate(Expression, { counted: counts[0], total: counts[1] }) ?? 0) > Properties.Threshold;
    const { minimum, percent } = share;
    const enough = Math.ceil((minimum * 100) / percent);
    expect(isRaised([minimum, enough - 1])).toBe(true);
    expect(isRaised([minimum, undefined])).toBe(true);
    expect(isRaised([minimum, enough])).toBe(false);
    expect(isRaised([minimum - 1, 1])).toBe(false);
    expect(isRaised([undefined, enough])).toBe(false);
  });

  test('the API has an alarm for slow responses, which a few requests neither raise nor keep', () => {
    const { Properties } = getOnly(
      ofType('AWS::CloudWatch::Alarm').filter((alarm) => JSON.stringify(alarm.Properties).includes('"Latency"')),
      'Latency',
    );
    expect(Properties).toMatchObject({ Threshold: 3_000, EvaluationPeriods: 3, TreatMissingData: 'notBreaching' });
    const [{ Expression }, requests, latency] = Properties.Metrics;
    expect(requests.MetricStat).toMatchObject({ Stat: 'Sum', Period: 300, Metric: { MetricName: 'Count' } });
    expect(latency.MetricStat).toMatchObject({ Stat: 'p95', Period: 300, Metric: { MetricName: 'Latency' } });
    expect(latency.MetricStat.Metric.Dimensions).toEqual(requests.MetricStat.Metric.Dimensions);
    const watchedFor = (values: Readonly<Record<'requests' | 'latency', number | undefined>>) =>
      evaluate(Expression, values) ?? 0;
    expect(watchedFor({ requests: 60, latency: 3_001 })).toBe(3_001);
    expect(watchedFor({ requests: 59, latency: 9_000 })).toBe(0);
    expect(watchedFor({ requests: undefined, latency: undefined })).toBe(0);
  });

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

  test.each(metrics.filter(isCounted))('the first $name raises an alarm with its text and page', (counted) => {
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
  });

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
      expect(Properties, id).toMatchObject(evaluations[Properties.MetricName] ?? aboveAtOnce);
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

test('scheduled functions write to the table in every run, so a stream of which nothing is read is not read', async () => {
  const writes: unknown[] = [];
  const host = createHost({
    ...{ contexts, secrets },
    scheduleIntervalMs: () => HOUR_MS,
    onTableChange: (record) => void writes.push(record),
  });
  await host.runSchedule('orders-sweep');
  const first = writes.length;
  await host.runSchedule('orders-sweep');
  host.close();
  expect(first).toBeGreaterThan(0);
  expect(writes.length).toBeGreaterThan(first);
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
