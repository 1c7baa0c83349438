import { describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import { functionsOf, type Manifest, names } from '#platform/manifest';
import { allStages, evaluate, type Json } from './synthesis.ts';

const specs = functionsOf(...contexts);
const PAGE = /Runbook: docs\/runbooks\/([a-z-]+)\.md$/;

/** The page of each metric whose alarms have one page. */
const PAGES: Readonly<Record<string, string>> = {
  ...{ ExecutionsFailed: 'saga-failures', ExecutionsTimedOut: 'saga-failures' },
  ...{ Throttles: 'throttled', ExecutionThrottled: 'throttled' },
  ...{ ReadThrottleEvents: 'throttled', WriteThrottleEvents: 'throttled' },
  ...{ IteratorAge: 'relay-behind', PolledEventCount: 'relay-behind', NumberOfObjects: 'relay-behind' },
  ...{ OnFailureDestinationDeliveredEventCount: 'relay-behind', DroppedEventCount: 'relay-behind' },
  ...{ '5XXError': 'api-errors', Latency: 'api-slow' },
  ...{ Bounce: 'mails-bounced', Complaint: 'mails-bounced' },
  ...Object.fromEntries(
    contexts.flatMap(({ metrics = {} }: Manifest) =>
      Object.entries(metrics).flatMap(([metric, { alarm }]) => (alarm ? [[metric, alarm.runbook]] : [])),
    ),
  ),
};
/** What an alarm compares its metric with. */
const TOTALS = ['Count', 'Send', 'ExecutionsStarted'];

describe.each(allStages())('%s', (stage, { ofType }) => {
  const named = names(stage);
  const pageOfQueue = new Map(
    specs.flatMap(({ id, spec }) => [
      ...(spec.consumes
        ? [
            [named.queue(id), 'queue-behind'],
            [named.deadLetters(id), 'dead-letters'],
            [named.ruleDeadLetters(id), 'undelivered-events'],
          ]
        : []),
      ...(spec.sends ?? []).map((queue) => [named.queue(queue), 'unpublishable-events']),
    ]) as [string, string][],
  );
  const pageOfFunction = new Map(
    specs.flatMap(({ id, spec }): [string, string][] => {
      const page = spec.runbook ?? (spec.authorizes && 'api-errors') ?? (spec.consumes && 'queue-behind');
      return page ? [[named.fn(id), page]] : [];
    }),
  );

  /** The name of the queue or function of the alarm's stack that the metric's dimension of this name refers to. */
  const targetOf = (stack: string, { Dimensions = [] }: Json, dimension: 'QueueName' | 'FunctionName') => {
    const value = Dimensions.find(({ Name }: Json) => Name === dimension)?.Value;
    const id = value?.Ref ?? value?.['Fn::GetAtt']?.[0];
    const type = { QueueName: 'AWS::SQS::Queue', FunctionName: 'AWS::Lambda::Function' }[dimension];
    return ofType(type).find((resource) => resource.stack === stack && resource.id === id)?.Properties[dimension];
  };
  const watchedBy = ({ Metrics, ...properties }: Json): readonly Json[] =>
    Metrics ? Metrics.flatMap(({ MetricStat }: Json) => MetricStat?.Metric ?? []) : [properties];
  const pageOf = (stack: string, metric: Json) =>
    PAGES[metric.MetricName] ??
    pageOfQueue.get(targetOf(stack, metric, 'QueueName')) ??
    pageOfFunction.get(targetOf(stack, metric, 'FunctionName'));

  const alarms = ofType('AWS::CloudWatch::Alarm');

  test('each alarm names the page that says what to do about what it watches', () => {
    for (const { stack, id, Properties } of alarms) {
      const watched = watchedBy(Properties).filter(({ MetricName }) => !TOTALS.includes(MetricName));
      expect(watched.length, id).toBeGreaterThan(0);
      for (const metric of watched)
        expect(PAGE.exec(Properties.AlarmDescription)?.[1], `${id} on ${metric.MetricName}`).toBe(
          pageOf(stack, metric),
        );
    }
  });

  test('what an alarm does not know counts as zero', () => {
    for (const { id, Properties } of alarms)
      for (const { Expression = '' } of Properties.Metrics ?? [])
        for (const [filled, value] of Expression.matchAll(/FILL\([^,]*, *([^)]*)\)/g))
          expect(value, `${id}: ${filled}`).toBe('0');
  });

  test('a queue is not polled if it has neither handed over a message nor answered without one', () => {
    const unpolled = alarms.filter(({ Properties }) => JSON.stringify(Properties).includes('"NumberOfEmptyReceives"'));
    expect(unpolled).toHaveLength(alarms.length === 0 ? 0 : specs.filter(({ spec }) => spec.consumes).length);
    for (const { id, Properties } of unpolled) {
      const [{ Expression }, ...watched] = Properties.Metrics;
      expect(
        watched.map(({ Id, MetricStat: { Metric, Stat, Period } }: Json) => [Id, Metric.MetricName, Stat, Period]),
        id,
      ).toEqual([
        ['received', 'NumberOfMessagesReceived', 'Sum', 300],
        ['empty', 'NumberOfEmptyReceives', 'Sum', 300],
      ]);
      const isSilent = (received: number, empty: number) =>
        (evaluate(Expression, { received, empty }) ?? 0) < Properties.Threshold;
      expect([isSilent(0, 0), isSilent(1, 0), isSilent(0, 1)], id).toEqual([true, false, false]);
    }
  });
});
