import { describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import { functionsOf, names } from '#platform/manifest';
import { everyStage, type Json, only, type Resource } from './synthesis.ts';

const workers = functionsOf(...contexts).filter(({ spec }) => spec.consumes);
/** Queues that nothing consumes, and who sends to them. */
const holdings = functionsOf(...contexts).flatMap(({ id, spec }) => (spec.sends ?? []).map((queue) => ({ id, queue })));
const refersTo = (value: Json, { id }: Resource) => JSON.stringify(value).includes(`"${id}"`);

describe.each(everyStage())('%s', (stage, { ofType }) => {
  const by = names(stage);
  const queues = ofType('AWS::SQS::Queue');
  const mappings = ofType('AWS::Lambda::EventSourceMapping');
  const within = (stack: string) => (resource: Resource) => resource.stack === stack;
  const queue = (name: string) =>
    only(
      queues.filter(({ Properties }) => Properties.QueueName === name),
      name,
    );

  test('there are three queues for each worker, those that are only sent to, and no others', () =>
    expect(queues.map(({ Properties }) => Properties.QueueName).sort()).toEqual(
      [
        ...workers.flatMap(({ id }) => [by.queue(id), by.deadLetters(id), by.ruleDeadLetters(id)]),
        ...holdings.map((holding) => by.queue(holding.queue)),
      ].sort(),
    ));

  test('every queue has dead letters or is where dead letters lie, for two weeks', () => {
    const rules = ofType('AWS::Events::Rule');
    for (const { id, stack, Properties } of queues) {
      if (Properties.RedrivePolicy) {
        const dead = only(
          queues.filter(
            (other) => other.stack === stack && other.Properties.QueueName === `${Properties.QueueName}-dead`,
          ),
          id,
        );
        expect(Properties.RedrivePolicy, id).toEqual({
          deadLetterTargetArn: { 'Fn::GetAtt': [dead.id, 'Arn'] },
          maxReceiveCount: 5,
        });
        expect(Properties.MessageRetentionPeriod, id).toBe(14 * 86_400);
        continue;
      }
      const its = only(
        queues.filter((other) => other.stack === stack && other.id === id),
        id,
      );
      const takesFrom = [
        ...queues.filter(within(stack)).map((other) => other.Properties.RedrivePolicy ?? {}),
        ...rules.filter(within(stack)).map(({ Properties: rule }) => rule.Targets[0].DeadLetterConfig ?? {}),
      ].filter((policy) => refersTo(policy, its));
      const held = holdings.some((holding) => by.queue(holding.queue) === Properties.QueueName);
      expect(takesFrom, id).toHaveLength(held ? 0 : 1);
      expect(Properties.MessageRetentionPeriod, id).toBe(14 * 86_400);
    }
  });

  test(`every queue of the lost has an alarm${stage === 'dev' ? ', but on dev' : ''}`, () => {
    const alarms = ofType('AWS::CloudWatch::Alarm');
    if (stage === 'dev') return expect(alarms).toEqual([]);
    for (const lost of queues.filter(({ Properties }) => !Properties.RedrivePolicy)) {
      const alarm = only(
        alarms.filter(({ stack, Properties }) => stack === lost.stack && refersTo(Properties.Dimensions, lost)),
        lost.id,
      );
      expect(alarm.Properties).toMatchObject({
        Namespace: 'AWS/SQS',
        MetricName: 'ApproximateNumberOfMessagesVisible',
        Statistic: 'Maximum',
        Period: 60,
        ComparisonOperator: 'GreaterThanThreshold',
        Threshold: 0,
        EvaluationPeriods: 1,
        TreatMissingData: 'notBreaching',
      });
    }
  });

  test('every queue is encrypted and refuses plain HTTP', () => {
    for (const its of queues) {
      expect(its.Properties.SqsManagedSseEnabled, its.id).toBe(true);
      const policies = ofType('AWS::SQS::QueuePolicy').filter(
        ({ stack, Properties }) => stack === its.stack && refersTo(Properties.Queues, its),
      );
      const { Statement } = only(policies, its.id).Properties.PolicyDocument;
      expect(Statement, its.id).toContainEqual(
        expect.objectContaining({
          Effect: 'Deny',
          Action: 'sqs:*',
          Principal: { AWS: '*' },
          Resource: { 'Fn::GetAtt': [its.id, 'Arn'] },
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      );
    }
  });

  test('no policy of a queue lets in anyone but the rules', () => {
    const allowing = ofType('AWS::SQS::QueuePolicy').flatMap(({ Properties }) =>
      Properties.PolicyDocument.Statement.filter(({ Effect }: Json) => Effect !== 'Deny'),
    );
    // to its queue and to the queue of what it could not bring there
    expect(allowing).toHaveLength(2 * workers.length);
    for (const { Principal, Condition } of allowing) {
      expect(Principal).toEqual({ Service: 'events.amazonaws.com' });
      expect(Object.keys(Condition)).toEqual(['ArnEquals']);
    }
  });

  test.each(workers)('$id takes batches from its queue, message by message', ({ id, spec }) => {
    const its = queue(by.queue(id));
    const timeouts = stage === 'localstack' ? 1 : 6; // there, so that a poison message need not be waited for
    expect(its.Properties.VisibilityTimeout).toBe((spec.timeoutSeconds ?? 10) * timeouts);
    const mapping = only(
      mappings.filter(({ stack, Properties }) => stack === its.stack && refersTo(Properties.EventSourceArn, its)),
      id,
    );
    expect(mapping.Properties).toMatchObject({
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: spec.concurrency ?? 50 },
    });
    expect(mapping.Properties.Enabled ?? true).toBe(true);
    expect(mapping.Properties.FilterCriteria).toBeUndefined();
    const fn = only(
      ofType('AWS::Lambda::Function').filter(({ Properties }) => Properties.FunctionName === by.fn(id)),
      id,
    );
    expect(refersTo(mapping.Properties.FunctionName, fn)).toBe(true);
  });

  test.each(workers)('$id is sent its events, by its own rule alone', ({ id, spec }) => {
    const its = queue(by.queue(id));
    const undelivered = queue(by.ruleDeadLetters(id));
    const rule = only(
      ofType('AWS::Events::Rule').filter(
        ({ stack, Properties }) => stack === its.stack && refersTo(Properties.Targets, its),
      ),
      id,
    );
    expect(rule.Properties.EventBusName).toBe(by.bus);
    expect(rule.Properties.State).toBe('ENABLED');
    expect(rule.Properties.EventPattern).toEqual({ 'detail-type': spec.consumes });
    expect(rule.Properties.Targets).toHaveLength(1);
    expect(refersTo(rule.Properties.Targets[0].DeadLetterConfig, undelivered)).toBe(true);

    for (const queueOfIts of [its, undelivered]) {
      const senders = ofType('AWS::SQS::QueuePolicy')
        .filter(({ stack, Properties }) => stack === its.stack && refersTo(Properties.Queues, queueOfIts))
        .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as readonly Json[])
        .filter(({ Effect }) => Effect === 'Allow');
      const { Principal, Condition } = only(senders, queueOfIts.id);
      expect(Principal).toEqual({ Service: 'events.amazonaws.com' });
      expect(refersTo(Condition.ArnEquals['aws:SourceArn'], rule)).toBe(true);
    }
  });

  test.each(holdings)('$queue is known to $id alone, lies in its stack and takes whatever an item may hold', (its) => {
    const holding = queue(by.queue(its.queue));
    expect(holding.Properties.MaximumMessageSize).toBe(1_048_576);
    const senders = ofType('AWS::Lambda::Function').filter(({ Properties }) =>
      JSON.stringify(Properties.Environment.Variables).includes(`/${by.queue(its.queue)}"`),
    );
    const { stack, Properties } = only(senders, its.queue);
    expect([stack, Properties.FunctionName]).toEqual([holding.stack, by.fn(its.id)]);
  });

  test('the concurrency of a queue is one that Lambda takes', () => {
    for (const { Properties } of mappings.filter(({ Properties: { ScalingConfig } }) => ScalingConfig)) {
      expect(Properties.ScalingConfig.MaximumConcurrency).toBeGreaterThanOrEqual(2);
      expect(Properties.ScalingConfig.MaximumConcurrency).toBeLessThanOrEqual(1_000);
    }
  });
});

test('every event that is consumed is published by a context', () => {
  const published = contexts.flatMap(({ publishes = [] }) => publishes);
  for (const { id, spec } of workers) for (const type of spec.consumes ?? []) expect(published, id).toContain(type);
});
