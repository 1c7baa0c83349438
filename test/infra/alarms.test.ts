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
import { secrets } from '../fixtures/secrets.ts';
import { alarmsOf } from './alarms.ts';
import { allStages, evaluate, getOnly, type Json } from './synthesis.ts';

const HOUR_MS = 3_600_000;
const workers = functionsOf(...contexts).filter(({ spec }) => spec.consumes);
const scheduled = functionsOf(...contexts).filter(({ spec }) => spec.everyMinutes);
const authorizers = functionsOf(...contexts).filter(({ spec }) => spec.authorizes);
const workflows = contexts.flatMap((manifest) => Object.keys(manifest.workflows ?? {}));

const metrics = contexts.flatMap((manifest: Manifest) =>
  Object.entries<MetricDefinition>(manifest.metrics ?? {}).map(([name, { alarm }]) => ({ name, alarm })),
);
const isCounted = ({ alarm }: (typeof metrics)[number]) => alarm !== undefined && alarm.share === undefined;
const shares = metrics.flatMap(({ name, alarm }) => (alarm?.share ? [{ name, share: alarm.share }] : []));

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

describe.each(allStages())('%s', (stage, synthesis) => {
  const { ofType } = synthesis;
  const named = names(stage);
  const { alarms, targetsOf } = alarmsOf(synthesis);
  if (stage === 'dev') {
    test('has neither alarms nor a topic', () => {
      for (const type of ['AWS::CloudWatch::Alarm', 'AWS::SNS::Topic', 'AWS::KMS::Key'])
        expect(ofType(type)).toEqual([]);
    });
    return;
  }

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

  test('the API has an alarm for its share of server errors, which one request and its repetitions do not raise', () => {
    const { Properties } = getOnly(
      ofType('AWS::CloudWatch::Alarm').filter((alarm) => JSON.stringify(alarm.Properties).includes('"5XXError"')),
      '5XXError',
    );
    expect(Properties).toMatchObject({ EvaluationPeriods: 1, TreatMissingData: 'notBreaching' });
    const [{ Expression }, ...watched] = Properties.Metrics;
    expect(watched.map(({ Id, MetricStat }: Json) => ({ Id, ...MetricStat }))).toEqual(
      Object.entries({ counted: '5XXError', total: 'Count' }).map(([Id, MetricName]) => ({
        ...{ Id, Stat: 'Sum', Period: 300 },
        Metric: {
          ...{ Namespace: 'AWS/ApiGateway', MetricName },
          Dimensions: [{ Name: 'ApiName', Value: `${named.prefix}-api` }],
        },
      })),
    );
    const isRaised = (errors: number | undefined, requests: number | undefined) =>
      (evaluate(Expression, { counted: errors, total: requests }) ?? 0) > Properties.Threshold;
    expect(isRaised(1, 1)).toBe(false);
    expect(isRaised(4, 4)).toBe(false);
    expect(isRaised(5, 5)).toBe(true);
    expect(isRaised(5, 99)).toBe(true);
    expect(isRaised(5, 100)).toBe(false);
    expect(isRaised(51, 1_000)).toBe(true);
    expect(isRaised(50, 1_000)).toBe(false);
    expect(isRaised(undefined, 1_000)).toBe(false);
    expect(isRaised(undefined, undefined)).toBe(false);
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
