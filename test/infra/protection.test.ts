import { describe, expect, test } from 'vitest';
import { everyStage, only } from './synthesis.ts';

describe.each(everyStage())('%s', (stage, { ofType, resources }) => {
  test('keeps logs for as long as the stage says, and no log for ever', () => {
    const days = { localstack: 1, dev: 7, staging: 30, prod: 180 }[stage];
    const groups = ofType('AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThan(ofType('AWS::Lambda::Function').length);
    for (const { id, Properties } of groups) expect(Properties.RetentionInDays, id).toBe(days);
    for (const { id, stack, Properties } of ofType('AWS::Lambda::Function')) {
      const its = groups.filter((group) => group.stack === stack && group.id === Properties.LoggingConfig.LogGroup.Ref);
      expect(its, id).toHaveLength(1);
    }
  });

  test('lets Lambda log nothing of its own about an invocation that went well', () => {
    const { LogGroup: _, ...quiet } = only(ofType('AWS::Lambda::Function').slice(0, 1), 'function').Properties
      .LoggingConfig;
    expect(quiet).toEqual({ LogFormat: 'JSON', ApplicationLogLevel: 'INFO', SystemLogLevel: 'WARN' });
    for (const { id, Properties } of ofType('AWS::Lambda::Function'))
      expect(Properties.LoggingConfig, id).toMatchObject(quiet);
  });

  test(`${stage === 'localstack' ? 'traces nothing' : 'traces what an API or a workflow invokes, and every request'}`, () => {
    const traced = stage !== 'localstack';
    const sources = ofType('AWS::Lambda::EventSourceMapping').map((one) => [
      one.stack,
      one.Properties.FunctionName.Ref,
    ]);
    const clocked = ofType('AWS::Events::Rule')
      .filter(({ Properties }) => Properties.ScheduleExpression)
      .map((one) => [one.stack, one.Properties.Targets[0].Arn['Fn::GetAtt'][0]]);
    const others = new Set([...sources, ...clocked].map(String));
    expect(others.size).toBe(6);
    for (const { id, stack, Properties } of ofType('AWS::Lambda::Function')) {
      const mode = others.has(String([stack, id])) ? 'PassThrough' : 'Active';
      expect(Properties.TracingConfig?.Mode, id).toBe(traced ? mode : undefined);
    }
    for (const { id, Properties } of ofType('AWS::ApiGateway::Stage'))
      expect(Properties.TracingEnabled ?? false, id).toBe(traced);
  });

  test('encrypts what it stores and refuses what comes in the clear', () => {
    const secured = (
      type: string,
      policy: string,
      of: (properties: Record<string, never>) => readonly { Ref: string }[],
    ) => {
      for (const { id, stack } of ofType(type)) {
        const its = ofType(policy).filter(
          (one) => one.stack === stack && of(one.Properties).some(({ Ref }) => Ref === id),
        );
        expect(JSON.stringify(its), id).toContain('{"aws:SecureTransport":"false"}');
      }
    };
    secured('AWS::SQS::Queue', 'AWS::SQS::QueuePolicy', ({ Queues }) => Queues ?? []);
    secured('AWS::S3::Bucket', 'AWS::S3::BucketPolicy', ({ Bucket }) => (Bucket ? [Bucket] : []));
    for (const { id, Properties } of ofType('AWS::SQS::Queue')) expect(Properties.SqsManagedSseEnabled, id).toBe(true);
    for (const { id, Properties } of ofType('AWS::S3::Bucket')) expect(Properties.BucketEncryption, id).toBeDefined();
    for (const { id, Properties } of ofType('AWS::SNS::Topic')) expect(Properties.KmsMasterKeyId, id).toBeDefined();
  });

  test(`${stage === 'prod' ? 'has' : 'has no'} firewall before the API`, () => {
    if (stage !== 'prod') return expect(resources.filter(({ Type }) => Type.startsWith('AWS::WAF'))).toEqual([]);
    const acl = only(ofType('AWS::WAFv2::WebACL'), 'web ACL');
    expect(acl.Properties).toMatchObject({ Scope: 'REGIONAL', DefaultAction: { Allow: {} } });
    const [common, rate, ...others] = acl.Properties.Rules;
    expect(others).toEqual([]);
    // None leaves the rules of the group to block; Count would only count
    expect(common.OverrideAction).toEqual({ None: {} });
    // metrics, but no samples: they would hold requests of customers
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
    const before = only(ofType('AWS::WAFv2::WebACLAssociation'), 'association');
    expect(before.Properties.WebACLArn).toEqual({ 'Fn::GetAtt': [acl.id, 'Arn'] });
    const stageOf = only(
      ofType('AWS::ApiGateway::Stage').filter(({ stack }) => stack === before.stack),
      'stage',
    );
    expect(JSON.stringify(before.Properties.ResourceArn)).toContain(`{"Ref":"${stageOf.id}"}`);
    expect(JSON.stringify(before.Properties.ResourceArn)).toContain('/stages/');
  });
});
