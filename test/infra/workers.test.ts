import { describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import {
  consumableOf,
  functionsOf,
  mailRuleOf,
  type NamedFunction,
  names,
  type ReceivedEvent,
  receivedOf,
} from '#platform/manifest';
import { allStages, getOnly, type Json, type Resource } from './synthesis.ts';

const workers = functionsOf(...contexts).filter(({ spec }) => spec.consumes);
/** Quarantine queues, each with the function that sends to it. */
const quarantineQueues = functionsOf(...contexts).flatMap(({ id, spec }) =>
  (spec.sends ?? []).map((queue) => ({ id, queue })),
);
const received = receivedOf(...contexts);
const publishedTypes = ({ spec }: NamedFunction) => (spec.consumes ?? []).filter((type) => !received.has(type));
const receivedTypes = ({ spec }: NamedFunction) => (spec.consumes ?? []).filter((type) => received.has(type));
/** One for all events that a worker consumes from our bus, and one for each that SES publishes on the default bus. */
const countRules = (worker: NamedFunction) => Math.min(publishedTypes(worker).length, 1) + receivedTypes(worker).length;
const refersTo = (value: Json, { id }: Resource) => JSON.stringify(value).includes(`"${id}"`);

describe.each(allStages())('%s', (stage, { ofType }) => {
  const named = names(stage);
  const queues = ofType('AWS::SQS::Queue');
  const mappings = ofType('AWS::Lambda::EventSourceMapping');
  const isIn = (stack: string) => (resource: Resource) => resource.stack === stack;
  const getQueue = (name: string) =>
    getOnly(
      queues.filter(({ Properties }) => Properties.QueueName === name),
      name,
    );

  test('there are three queues for each worker, the quarantine queues, the queue of canaries, and no others', () =>
    expect(queues.map(({ Properties }) => Properties.QueueName).sort()).toEqual(
      [
        ...workers.flatMap(({ id }) => [named.queue(id), named.deadLetters(id), named.ruleDeadLetters(id)]),
        ...quarantineQueues.map(({ queue: quarantine }) => named.queue(quarantine)),
        named.canaries,
      ].sort(),
    ));

  test('every queue has a dead-letter queue or is one, and retains messages for two weeks', () => {
    const rules = ofType('AWS::Events::Rule');
    for (const { id, stack, Properties } of queues) {
      if (Properties.RedrivePolicy) {
        const deadLetters = getOnly(
          queues.filter(
            (other) => other.stack === stack && other.Properties.QueueName === `${Properties.QueueName}-dead`,
          ),
          id,
        );
        expect(Properties.RedrivePolicy, id).toEqual({
          deadLetterTargetArn: { 'Fn::GetAtt': [deadLetters.id, 'Arn'] },
          maxReceiveCount: 1_000,
        });
        expect(Properties.MessageRetentionPeriod, id).toBe(14 * 86_400);
        continue;
      }
      const deadLetters = getOnly(
        queues.filter((other) => other.stack === stack && other.id === id),
        id,
      );
      const senders = [
        ...queues.filter(isIn(stack)).map((other) => other.Properties.RedrivePolicy ?? {}),
        ...rules.filter(isIn(stack)).map(({ Properties: rule }) => rule.Targets[0].DeadLetterConfig ?? {}),
      ].filter((policy) => refersTo(policy, deadLetters));
      const hasOwnSender = [named.canaries, ...quarantineQueues.map(({ queue }) => named.queue(queue))].includes(
        Properties.QueueName,
      );
      // an event that does not reach the queue of its worker waits in one queue, whichever of the worker's rules has sent it
      const worker = workers.find((candidate) => Properties.QueueName === named.ruleDeadLetters(candidate.id));
      expect(senders, id).toHaveLength(hasOwnSender ? 0 : worker ? countRules(worker) : 1);
      expect(Properties.MessageRetentionPeriod, id).toBe(14 * 86_400);
    }
  });

  test(stage === 'dev' ? 'no queue has an alarm' : 'every queue without a consumer has an alarm', () => {
    const alarms = ofType('AWS::CloudWatch::Alarm');
    if (stage === 'dev') return expect(alarms).toEqual([]);
    const isUnconsumed = ({ Properties }: Resource) =>
      !Properties.RedrivePolicy && Properties.QueueName !== named.canaries;
    for (const unconsumed of queues.filter(isUnconsumed)) {
      // one on the messages that wait, and one on each new message (ADR 101)
      const ofQueue = alarms.filter(
        ({ stack, Properties }) =>
          stack === unconsumed.stack && refersTo([Properties.Dimensions, Properties.Metrics].flat(), unconsumed),
      );
      expect(ofQueue, unconsumed.id).toHaveLength(2);
      const [alarm, onNews] = [false, true].map((isNews) =>
        getOnly(
          ofQueue.filter(({ Properties }) => isNews === (Properties.MetricName === 'NumberOfMessagesSent')),
          unconsumed.id,
        ),
      ) as [Resource, Resource];
      expect(onNews.Properties).toMatchObject({ Namespace: 'AWS/SQS', Statistic: 'Sum', Period: 300, Threshold: 0 });
      const isDeadLetters = workers.some(({ id }) => unconsumed.Properties.QueueName === named.deadLetters(id));
      if (isDeadLetters)
        expect(alarm.Properties.Metrics).toMatchObject([
          { Expression: 'visible + hidden' },
          ...['Visible', 'NotVisible'].map((kind) => ({
            MetricStat: {
              Metric: { Namespace: 'AWS/SQS', MetricName: `ApproximateNumberOfMessages${kind}` },
              ...{ Stat: 'Maximum', Period: 60 },
            },
          })),
        ]);
      else
        expect(alarm.Properties).toMatchObject({
          Namespace: 'AWS/SQS',
          MetricName: 'ApproximateNumberOfMessagesVisible',
          Statistic: 'Maximum',
          Period: 60,
        });
      expect(alarm.Properties).toMatchObject({
        ComparisonOperator: 'GreaterThanThreshold',
        Threshold: 0,
        EvaluationPeriods: 1,
        TreatMissingData: 'notBreaching',
      });
    }
  });

  test('every queue is encrypted and refuses plain HTTP', () => {
    for (const encryptedQueue of queues) {
      const { stack: queueStack, id, Properties: queueProperties } = encryptedQueue;
      expect(queueProperties.SqsManagedSseEnabled, id).toBe(true);
      const policies = ofType('AWS::SQS::QueuePolicy').filter(
        ({ stack, Properties }) => stack === queueStack && refersTo(Properties.Queues, encryptedQueue),
      );
      const { Statement } = getOnly(policies, id).Properties.PolicyDocument;
      expect(Statement, id).toContainEqual(
        expect.objectContaining({
          Effect: 'Deny',
          Action: 'sqs:*',
          Principal: { AWS: '*' },
          Resource: { 'Fn::GetAtt': [id, 'Arn'] },
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      );
    }
  });

  test('a queue policy allows nothing except messages from rules', () => {
    const allowed = ofType('AWS::SQS::QueuePolicy').flatMap(({ Properties }) =>
      Properties.PolicyDocument.Statement.filter(({ Effect }: Json) => Effect !== 'Deny'),
    );
    // a rule sends to the worker's queue and to the rule's dead-letter queue
    expect(allowed).toHaveLength(2 * workers.reduce((sum, worker) => sum + countRules(worker), 0));
    for (const { Principal, Condition } of allowed) {
      expect(Principal).toEqual({ Service: 'events.amazonaws.com' });
      expect(Object.keys(Condition)).toEqual(['ArnEquals']);
    }
  });

  /** The rules that send to this queue, of which the worker's queue of undelivered events has what they cannot send. */
  const rulesOf = (worker: NamedFunction) => {
    const workerQueue = getQueue(named.queue(worker.id));
    const ruleDeadLetters = getQueue(named.ruleDeadLetters(worker.id));
    const rules = ofType('AWS::Events::Rule').filter(
      ({ stack, Properties }) => stack === workerQueue.stack && refersTo(Properties.Targets, workerQueue),
    );
    expect(rules).toHaveLength(countRules(worker));
    for (const { Properties } of rules) {
      expect(Properties.State).toBe('ENABLED');
      expect(refersTo(Properties.Targets[0].DeadLetterConfig, ruleDeadLetters)).toBe(true);
    }
    for (const target of [workerQueue, ruleDeadLetters]) {
      const senders = ofType('AWS::SQS::QueuePolicy')
        .filter(({ stack, Properties }) => stack === target.stack && refersTo(Properties.Queues, target))
        .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as readonly Json[])
        .filter(({ Effect }) => Effect === 'Allow');
      expect(senders, target.id).toHaveLength(rules.length);
      for (const { Principal } of senders) expect(Principal).toEqual({ Service: 'events.amazonaws.com' });
      for (const rule of rules)
        expect(senders.some(({ Condition }) => refersTo(Condition.ArnEquals['aws:SourceArn'], rule))).toBe(true);
    }
    return rules;
  };

  test.each(workers)('$id receives batches from its queue, and reports failures by message', ({ id, spec }) => {
    const workerQueue = getQueue(named.queue(id));
    const timeouts = stage === 'localstack' ? 1 : 6;
    expect(workerQueue.Properties.VisibilityTimeout).toBe(Math.max(120, (spec.timeoutSeconds ?? 10) * timeouts));
    const mapping = getOnly(
      mappings.filter(
        ({ stack, Properties }) => stack === workerQueue.stack && refersTo(Properties.EventSourceArn, workerQueue),
      ),
      id,
    );
    expect(mapping.Properties).toMatchObject({
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: spec.concurrency ?? 50 },
    });
    expect(mapping.Properties.Enabled ?? true).toBe(true);
    expect(mapping.Properties.FilterCriteria).toBeUndefined();
    const fn = getOnly(
      ofType('AWS::Lambda::Function').filter(({ Properties }) => Properties.FunctionName === named.fn(id)),
      id,
    );
    expect(refersTo(mapping.Properties.FunctionName, fn)).toBe(true);
  });

  test.each(workers)('$id receives its events from its own rules only', (worker) => {
    const rules = rulesOf(worker).filter(({ Properties }) => Properties.EventBusName !== undefined);
    if (publishedTypes(worker).length === 0) return expect(rules).toEqual([]);
    const rule = getOnly(rules, worker.id);
    expect(rule.Properties.EventBusName).toBe(named.bus);
    expect(rule.Properties.EventPattern).toEqual({ 'detail-type': publishedTypes(worker) });
    expect(rule.Properties.Targets).toHaveLength(1);
    // the event's tenant: LocalStack sends the path itself, so a run there shows nothing of it
    expect(rule.Properties.Targets[0].SqsParameters).toEqual({ MessageGroupId: '$.detail.tenantId' });
  });

  test.each(workers.flatMap((worker) => receivedTypes(worker).map((type) => ({ worker, type, id: worker.id }))))(
    '$id receives $type from the default bus: what SES publishes of our mails, without the addresses',
    ({ worker, type }) => {
      const event = received.get(type);
      const rule = getOnly(
        rulesOf(worker).filter(
          ({ Properties }) =>
            Properties.EventBusName === undefined && JSON.stringify(Properties.Targets).includes(type),
        ),
        type,
      );
      expect(rule.Properties.EventPattern).toEqual({
        source: ['aws.ses'],
        'detail-type': [event?.mailEvent],
        detail: {
          mail: {
            tags: {
              'ses:configuration-set': [named.mails],
              tenant: [{ exists: true }],
              aggregate: [{ exists: true }],
            },
          },
        },
      });
      const [{ InputTransformer, SqsParameters }, ...others] = rule.Properties.Targets;
      expect(others).toEqual([]);
      // CloudFormation's text, read as EventBridge reads it, is what the embedded host sends
      const { InputPathsMap, InputTemplate } = InputTransformer;
      const template = InputTemplate.replaceAll(/<([\w-]+)>/g, (_: string, name: string) => `"${InputPathsMap[name]}"`);
      const { input, messageGroupPath } = mailRuleOf(named.mails, type, event as ReceivedEvent);
      expect(JSON.parse(template)).toEqual(input);
      expect(SqsParameters).toEqual({ MessageGroupId: messageGroupPath });
      for (const path of Object.values<string>(InputPathsMap))
        expect(path).toMatch(
          /^\$\.(id|time|detail\.mail\.(messageId|timestamp|tags\.\w+\[0\])|detail\.bounce\.bounceType)$/,
        );
    },
  );

  test.each(quarantineQueues)(
    'only $id sends to $queue, which is in its stack and accepts any item of the table',
    ({ id, queue }) => {
      const quarantineQueue = getQueue(named.queue(queue));
      expect(quarantineQueue.Properties.MaximumMessageSize).toBe(1_048_576);
      const senders = ofType('AWS::Lambda::Function').filter(({ Properties }) =>
        JSON.stringify(Properties.Environment.Variables).includes(`/${named.queue(queue)}"`),
      );
      const { stack, Properties } = getOnly(senders, queue);
      expect([stack, Properties.FunctionName]).toEqual([quarantineQueue.stack, named.fn(id)]);
    },
  );

  test('the concurrency of each queue is within the limits of Lambda, and high enough for a fair queue', () => {
    for (const { Properties } of mappings.filter(({ Properties: { ScalingConfig } }) => ScalingConfig)) {
      expect(Properties.ScalingConfig.MaximumConcurrency).toBeLessThanOrEqual(1_000);
      // one tenant has 30 messages in flight, as SQS's fair queues require, also while one batch of ten ends
      expect((Properties.ScalingConfig.MaximumConcurrency - 1) * Properties.BatchSize).toBeGreaterThanOrEqual(30);
    }
  });
});

test('a context publishes every event that a worker consumes, or receives it from SES', () => {
  const published = consumableOf(...contexts);
  for (const { id, spec } of workers) for (const type of spec.consumes ?? []) expect(published, id).toContain(type);
});
