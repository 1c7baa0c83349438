import { describe, expect, test } from 'vitest';
import { contexts } from '#contexts';
import { platformProblems, problemDocument } from '#platform/http/problems';
import { functionsOf, manifestsOn } from '#platform/manifest';
import { SkuSchema } from '#platform/schemas';
import { routesOf } from '../../lib/deployment.ts';
import { allStages, getOnly, type Json } from './synthesis.ts';

/** Quotas of AWS WAF. */
const MAX_CUSTOM_BODY_BYTES = 4_096;
const MAX_REGEX_LENGTH = 512;

const TEXT = { text: 'a name or an address' };
const noMatch = undefined;

/**
 * The rules that AWS documents for each managed group, and a valid request that may match. Requests have no cookies, their queries are a
 * `limit` and a `cursor`, and free text is only in bodies; a SKU may be part of a path.
 */
const managedRules: Readonly<Record<string, Readonly<Record<string, Valid | undefined>>>> = {
  AWSManagedRulesCommonRuleSet: {
    NoUserAgent_HEADER: { header: 'user-agent' },
    UserAgent_BadBots_HEADER: noMatch,
    SizeRestrictions_QUERYSTRING: noMatch,
    SizeRestrictions_Cookie_HEADER: noMatch,
    SizeRestrictions_BODY: { bodyBytes: 8_193 },
    // a path has at most two parameters of 64 characters
    SizeRestrictions_URIPATH: noMatch,
    EC2MetaDataSSRF_BODY: TEXT,
    EC2MetaDataSSRF_COOKIE: noMatch,
    EC2MetaDataSSRF_URIPATH: { sku: '169.254.169.254' },
    EC2MetaDataSSRF_QUERYARGUMENTS: noMatch,
    GenericLFI_QUERYARGUMENTS: noMatch,
    GenericLFI_URIPATH: { sku: 'a..' },
    GenericLFI_BODY: TEXT,
    RestrictedExtensions_URIPATH: { sku: 'a.log' },
    RestrictedExtensions_QUERYARGUMENTS: noMatch,
    GenericRFI_QUERYARGUMENTS: noMatch,
    GenericRFI_BODY: TEXT,
    // a SKU has no slash, so no URL
    GenericRFI_URIPATH: noMatch,
    CrossSiteScripting_COOKIE: noMatch,
    CrossSiteScripting_QUERYARGUMENTS: noMatch,
    CrossSiteScripting_BODY: TEXT,
    // a SKU has neither brackets nor quotes
    CrossSiteScripting_URIPATH: noMatch,
  },
  // of the text in a body, these match only exploits, which no name or address has by chance
  AWSManagedRulesKnownBadInputsRuleSet: {
    JavaDeserializationRCE_HEADER: noMatch,
    JavaDeserializationRCE_BODY: noMatch,
    JavaDeserializationRCE_URIPATH: noMatch,
    JavaDeserializationRCE_QUERYSTRING: noMatch,
    Host_localhost_HEADER: noMatch,
    PROPFIND_METHOD: noMatch,
    ExploitablePaths_URIPATH: { sku: 'web-inf' },
    Log4JRCE_HEADER: noMatch,
    Log4JRCE_QUERYSTRING: noMatch,
    Log4JRCE_BODY: noMatch,
    Log4JRCE_URIPATH: noMatch,
    ReactJSRCE_BODY: noMatch,
  },
};
type Valid =
  | { readonly sku: string }
  | { readonly text: string }
  | { readonly header: string }
  | { readonly bodyBytes: number };

test.each(
  Object.values(managedRules)
    .flatMap((rules) => Object.values(rules))
    .flatMap((valid) => (valid && 'sku' in valid ? [valid.sku] : [])),
)('the SKU %s, which a rule of AWS would block, is valid', (sku) =>
  expect(SkuSchema.safeParse(sku).success).toBe(true),
);

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
    const [common, knownBad, rate, ...others] = acl.Properties.Rules;
    expect(others).toEqual([]);
    // WAF evaluates rules in this order, and refuses two of one priority
    expect([common, knownBad, rate].map(({ Name, Priority }) => [Name, Priority])).toEqual([
      ['common', 0],
      ['known-bad', 1],
      ['rate', 2],
    ]);
    const metricNames = [acl.Properties, common, knownBad, rate].map(
      ({ VisibilityConfig }) => VisibilityConfig.MetricName,
    );
    expect(new Set(metricNames).size).toBe(4);
    // no samples: they would contain requests of customers
    for (const { VisibilityConfig } of [acl.Properties, common, knownBad, rate])
      expect(VisibilityConfig).toMatchObject({ CloudWatchMetricsEnabled: true, SampledRequestsEnabled: false });
    for (const [group, rule] of [
      ['AWSManagedRulesCommonRuleSet', common],
      ['AWSManagedRulesKnownBadInputsRuleSet', knownBad],
    ] as const) {
      // with None the rules of the group block; with Count they would only count
      expect(rule.OverrideAction).toEqual({ None: {} });
      expect(rule.Statement.ManagedRuleGroupStatement).toEqual({
        VendorName: 'AWS',
        Name: group,
        RuleActionOverrides: expect.any(Array),
      });
      const counted = rule.Statement.ManagedRuleGroupStatement.RuleActionOverrides.map(
        ({ Name, ActionToUse }: Json) => {
          expect(ActionToUse).toEqual({ Count: {} });
          return Name;
        },
      );
      const rules = Object.entries(managedRules[group] ?? {});
      expect(counted.sort()).toEqual(
        rules.flatMap(([name, validMatch]) => (validMatch === undefined ? [] : [name])).sort(),
      );
    }
    const association = getOnly(ofType('AWS::WAFv2::WebACLAssociation'), 'association');
    expect(association.Properties.WebACLArn).toEqual({ 'Fn::GetAtt': [acl.id, 'Arn'] });
    const apiStage = getOnly(
      ofType('AWS::ApiGateway::Stage').filter(({ stack }) => stack === association.stack),
      'stage',
    );
    expect(JSON.stringify(association.Properties.ResourceArn)).toContain(`{"Ref":"${apiStage.id}"}`);
    expect(JSON.stringify(association.Properties.ResourceArn)).toContain('/stages/');
  });

  if (stage !== 'prod') return;
  const { Rules, CustomResponseBodies } = getOnly(ofType('AWS::WAFv2::WebACL'), 'web ACL').Properties;
  const rate = getOnly<Json>(
    Rules.filter(({ Name }: Json) => Name === 'rate'),
    'rate rule',
  );

  test('answers an address that sends too many requests with a problem document of status 429', () => {
    const { ResponseCode, CustomResponseBodyKey, ResponseHeaders } = rate.Action.Block.CustomResponse;
    expect(ResponseCode).toBe(429);
    expect(ResponseHeaders).toEqual([
      { Name: 'Retry-After', Value: '60' },
      { Name: 'Cache-Control', Value: 'no-store' },
    ]);
    const { ContentType, Content } = CustomResponseBodies[CustomResponseBodyKey];
    expect(ContentType).toBe('APPLICATION_JSON');
    expect(JSON.parse(Content)).toEqual(problemDocument('throttled', platformProblems.throttled));
    expect(Buffer.byteLength(Content)).toBeLessThan(MAX_CUSTOM_BODY_BYTES);
  });

  test("bounds each address, but not the provider's callbacks", () => {
    const { ScopeDownStatement, ...statement } = rate.Statement.RateBasedStatement;
    expect(statement).toEqual({ Limit: 12_000, AggregateKeyType: 'IP' });
    const [path, method, ...others] = ScopeDownStatement.NotStatement.Statement.AndStatement.Statements;
    expect(others).toEqual([]);
    expect(method.ByteMatchStatement).toEqual({
      ...{ FieldToMatch: { Method: {} }, PositionalConstraint: 'EXACTLY', SearchString: 'POST' },
      TextTransformations: [{ Priority: 0, Type: 'NONE' }],
    });
    const { FieldToMatch, RegexString, TextTransformations } = path.RegexMatchStatement;
    expect(FieldToMatch).toEqual({ UriPath: {} });
    // decoded, the path of another route could look like that of a callback
    expect(TextTransformations).toEqual([{ Priority: 0, Type: 'NONE' }]);
    expect(RegexString.length).toBeLessThanOrEqual(MAX_REGEX_LENGTH);
    const isUnbounded = (path: string) => new RegExp(RegexString).test(path);
    const productRoutes = routesOf(...contexts.filter(({ standalone }) => !standalone));
    const unbounded = productRoutes
      .map(({ path }) => path)
      .filter((path) => isUnbounded(path.replace(/{\w+}/g, 'a-1')));
    expect(unbounded).toEqual(['/v1/providers/{provider}/callbacks']);
    const callbacks = '/v1/providers/sandbox/callbacks';
    expect([callbacks, `/prod${callbacks}`].filter(isUnbounded)).toHaveLength(2);
    for (const path of [
      `/dev${callbacks}`,
      `/prod/v1/orders${callbacks}`,
      `${callbacks}/x`,
      '/v1/providers/a/b/callbacks',
    ])
      expect(isUnbounded(path), path).toBe(false);
  });

  test('keeps what the web ACL blocks or counts, without keys of callers', () => {
    const acl = getOnly(ofType('AWS::WAFv2::WebACL'), 'web ACL');
    const { Properties } = getOnly(ofType('AWS::WAFv2::LoggingConfiguration'), 'logging');
    const [group] = ofType('AWS::Logs::LogGroup').filter(({ Properties: { LogGroupName } }) =>
      /^aws-waf-logs-/.test(LogGroupName),
    );
    expect(group?.Properties.LogGroupName).toBe('aws-waf-logs-breakwater-prod-api');
    expect(Properties.ResourceArn).toEqual({ 'Fn::GetAtt': [acl.id, 'Arn'] });
    const destination = JSON.stringify(getOnly(Properties.LogDestinationConfigs, 'destination'));
    expect(destination).toContain(`:log-group:",{"Ref":"${group?.id}"}]`);
    expect(Properties.RedactedFields).toEqual([{ SingleHeader: { Name: 'authorization' } }]);
    expect(Properties.LoggingFilter).toEqual({
      DefaultBehavior: 'DROP',
      Filters: [
        {
          Behavior: 'KEEP',
          Requirement: 'MEETS_ANY',
          Conditions: ['BLOCK', 'COUNT', 'EXCLUDED_AS_COUNT'].map((Action) => ({ ActionCondition: { Action } })),
        },
      ],
    });
  });
});
