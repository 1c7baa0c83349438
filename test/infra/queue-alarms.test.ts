import { describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import { functionsOf, names } from '#platform/manifest';
import { type AlarmTarget, alarmsOf, dimensionOf } from './alarms.ts';
import { allStages, getOnly } from './synthesis.ts';

const workers = functionsOf(...contexts).filter(({ spec }) => spec.consumes);
const byQueue: AlarmTarget = { dimensionName: 'QueueName', type: 'AWS::SQS::Queue', nameProperty: 'QueueName' };

describe.each(allStages().filter(([stage]) => stage !== 'dev'))('%s', (stage, synthesis) => {
  const { ofType } = synthesis;
  const named = names(stage);
  const { alarms, targetsOf } = alarmsOf(synthesis);

  test('each queue without a consumer has an alarm', () => {
    const unconsumed = ofType('AWS::SQS::Queue')
      .map(({ Properties }) => Properties.QueueName)
      .filter((name) => name !== named.canaries && !workers.some(({ id }) => name === named.queue(id)));
    expect(unconsumed).toEqual(
      expect.arrayContaining(workers.flatMap(({ id }) => [named.deadLetters(id), named.ruleDeadLetters(id)])),
    );
    expect(targetsOf('ApproximateNumberOfMessagesVisible', byQueue)).toEqual(unconsumed.sort());
    // the other alarm is raised already while messages wait, and notifies nobody of the next one
    expect(targetsOf('NumberOfMessagesSent', byQueue)).toEqual(unconsumed.sort());
    // the redrive hides dead letters while it looks at them, every minute
    expect(targetsOf('ApproximateNumberOfMessagesNotVisible', byQueue)).toEqual(
      workers.map(({ id }) => named.deadLetters(id)).sort(),
    );
  });

  test('each event source has an alarm for nobody reading it, whether or not something waits in it', () => {
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
          JSON.stringify(dimensionOf(alarm, 'EventSourceMappingUUID')).includes(`"${id}"`),
      );
      expect(getOnly(ofSource, id).Properties).toMatchObject({ Statistic: 'Sum', Threshold: 1, Period: 300 });
    }
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
    expect(targetsOf('ApproximateAgeOfOldestMessage', byQueue)).toEqual(
      workers.map(({ id }) => named.queue(id)).sort(),
    );
    for (const { Properties } of alarms.filter(
      (alarm) => alarm.Properties.MetricName === 'ApproximateAgeOfOldestMessage',
    ))
      expect(Properties).toMatchObject({ Statistic: 'Maximum', Threshold: 180, Period: 60 });
  });
});
