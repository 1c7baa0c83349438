import { describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import { functionsOf, manifestsOn } from '#platform/manifest';
import { allStages, getOnly } from './synthesis.ts';

describe.each(allStages())('%s', (stage, { ofType, resources }) => {
  test('retains every log for the time of the stage', () => {
    const days = { localstack: 1, dev: 7, staging: 30, prod: 180 }[stage];
    const groups = ofType('AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThan(ofType('AWS::Lambda::Function').length);
    for (const { id, Properties } of groups) expect(Properties.RetentionInDays, id).toBe(days);
    for (const { id, stack, Properties } of ofType('AWS::Lambda::Function')) {
      const functionGroups = groups.filter(
        (group) => group.stack === stack && group.id === Properties.LoggingConfig.LogGroup.Ref,
      );
      expect(functionGroups, id).toHaveLength(1);
    }
  });

  test('lets Lambda log only warnings of its own', () => {
    const { LogGroup: _, ...loggingConfig } = getOnly(ofType('AWS::Lambda::Function').slice(0, 1), 'function')
      .Properties.LoggingConfig;
    expect(loggingConfig).toEqual({ LogFormat: 'JSON', ApplicationLogLevel: 'INFO', SystemLogLevel: 'WARN' });
    for (const { id, Properties } of ofType('AWS::Lambda::Function'))
      expect(Properties.LoggingConfig, id).toMatchObject(loggingConfig);
  });

  test(`${stage === 'localstack' ? 'traces nothing' : 'traces requests, and the functions that an API or a workflow invokes'}`, () => {
    const isTraced = stage !== 'localstack';
    const consumers = ofType('AWS::Lambda::EventSourceMapping').map(({ stack, Properties }) => [
      stack,
      Properties.FunctionName.Ref,
    ]);
    const scheduled = ofType('AWS::Events::Rule')
      .filter(({ Properties }) => Properties.ScheduleExpression)
      .map(({ stack, Properties }) => [stack, Properties.Targets[0].Arn['Fn::GetAtt'][0]]);
    const untraced = new Set([...consumers, ...scheduled].map(String));
    const pollers = functionsOf(...manifestsOn(stage, contexts)).filter(
      ({ spec }) => spec.consumes || spec.streams || spec.everyMinutes,
    );
    expect(untraced.size).toBe(pollers.length);
    for (const { id, stack, Properties } of ofType('AWS::Lambda::Function')) {
      const mode = untraced.has(String([stack, id])) ? 'PassThrough' : 'Active';
      expect(Properties.TracingConfig?.Mode, id).toBe(isTraced ? mode : undefined);
    }
    for (const { id, Properties } of ofType('AWS::ApiGateway::Stage'))
      expect(Properties.TracingEnabled ?? false, id).toBe(isTraced);
  });

  test('encrypts what it stores and accepts only TLS', () => {
    const expectTlsOnly = (
      type: string,
      policyType: string,
      targetsOf: (properties: Record<string, never>) => readonly { Ref: string }[],
    ) => {
      for (const { id, stack } of ofType(type)) {
        const policies = ofType(policyType).filter(
          (policy) => policy.stack === stack && targetsOf(policy.Properties).some(({ Ref }) => Ref === id),
        );
        expect(JSON.stringify(policies), id).toContain('{"aws:SecureTransport":"false"}');
      }
    };
    expectTlsOnly('AWS::SQS::Queue', 'AWS::SQS::QueuePolicy', ({ Queues }) => Queues ?? []);
    expectTlsOnly('AWS::S3::Bucket', 'AWS::S3::BucketPolicy', ({ Bucket }) => (Bucket ? [Bucket] : []));
    for (const { id, Properties } of ofType('AWS::SQS::Queue')) expect(Properties.SqsManagedSseEnabled, id).toBe(true);
    for (const { id, Properties } of ofType('AWS::S3::Bucket')) expect(Properties.BucketEncryption, id).toBeDefined();
    for (const { id, Properties } of ofType('AWS::SNS::Topic')) expect(Properties.KmsMasterKeyId, id).toBeDefined();
  });

  test(`${stage === 'prod' ? 'has' : 'has no'} firewall in front of the API`, () => {
    if (stage !== 'prod') return expect(resources.filter(({ Type }) => Type.startsWith('AWS::WAF'))).toEqual([]);
    const acl = getOnly(ofType('AWS::WAFv2::WebACL'), 'web ACL');
    expect(acl.Properties).toMatchObject({ Scope: 'REGIONAL', DefaultAction: { Allow: {} } });
    const [common, rate, ...others] = acl.Properties.Rules;
    expect(others).toEqual([]);
    // with None the rules of the group block; with Count they would only count
    expect(common.OverrideAction).toEqual({ None: {} });
    // no samples: they would contain requests of customers
    for (const { VisibilityConfig } of [acl.Properties, common, rate])
      expect(VisibilityConfig).toMatchObject({ CloudWatchMetricsEnabled: true, SampledRequestsEnabled: false });
    expect(common.Statement.ManagedRuleGroupStatement).toEqual({
      VendorName: 'AWS',
      Name: 'AWSManagedRulesCommonRuleSet',
      RuleActionOverrides: [{ Name: 'SizeRestrictions_BODY', ActionToUse: { Count: {} } }],
    });
    expect(rate).toMatchObject({
      Action: { Block: {} },
      Statement: { RateBasedStatement: { Limit: 12_000, AggregateKeyType: 'IP' } },
    });
    const association = getOnly(ofType('AWS::WAFv2::WebACLAssociation'), 'association');
    expect(association.Properties.WebACLArn).toEqual({ 'Fn::GetAtt': [acl.id, 'Arn'] });
    const apiStage = getOnly(
      ofType('AWS::ApiGateway::Stage').filter(({ stack }) => stack === association.stack),
      'stage',
    );
    expect(JSON.stringify(association.Properties.ResourceArn)).toContain(`{"Ref":"${apiStage.id}"}`);
    expect(JSON.stringify(association.Properties.ResourceArn)).toContain('/stages/');
  });
});
