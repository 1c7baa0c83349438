import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Stage as ApiStage } from 'aws-cdk-lib/aws-apigateway';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnLoggingConfiguration, CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { platformProblems, problemDocument } from '#platform/http/problems';
import { removalPolicy, type Stage } from '../stages.ts';

/** Per address within five minutes: 40 a second, many times what a shop's server needs. */
const MAX_REQUESTS_PER_ADDRESS = 12_000;

/** A rule blocks an address until its last five minutes are below the limit. After a minute of silence a fifth of them is free again. */
const RETRY_AFTER_SECONDS = 60;

const FREE_TEXT = 'names, addresses and reasons are free text, which no function runs, renders or fetches';
const ANY_SKU = 'a valid SKU in the path may look like this';

/** The rules of AWS that valid requests of this API may match, and why. They only count (ADR 52). */
const counting = {
  AWSManagedRulesCommonRuleSet: {
    NoUserAgent_HEADER: 'the payment provider and the servers of shops need not send one',
    SizeRestrictions_BODY: 'an order of 20 lines may be larger than 8 KB, and functions answer 413 above 256 KB',
    EC2MetaDataSSRF_BODY: FREE_TEXT,
    GenericLFI_BODY: FREE_TEXT,
    GenericRFI_BODY: FREE_TEXT,
    CrossSiteScripting_BODY: FREE_TEXT,
    EC2MetaDataSSRF_URIPATH: `${ANY_SKU}: 169.254.169.254`,
    GenericLFI_URIPATH: `${ANY_SKU}: a.. before /adjustments`,
    RestrictedExtensions_URIPATH: `${ANY_SKU}: a.log`,
  },
  AWSManagedRulesKnownBadInputsRuleSet: {
    ExploitablePaths_URIPATH: `${ANY_SKU}: web-inf`,
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

const THROTTLED = 'throttled';

export type FirewallProps = {
  readonly stage: Stage;
  readonly name: string;
  readonly apiStage: ApiStage;
  /** Paths of routes whose callers are not bounded by address, such as `/v1/providers/{provider}/callbacks`. */
  readonly unboundedPaths: readonly string[];
  /** What may precede a route's path in a URL, such as `/prod`. */
  readonly pathPrefixes: readonly string[];
};

/**
 * A web ACL in front of an API. It blocks known attacks, answers 429 to addresses that send too many requests, and logs what it blocks
 * or counts (ADR 52).
 */
export class Firewall extends Construct {
  constructor(scope: Construct, id: string, { stage, name, apiStage, unboundedPaths, pathPrefixes }: FirewallProps) {
    super(scope, id);
    const visibility = (metricName: string) => ({
      metricName,
      cloudWatchMetricsEnabled: true,
      sampledRequestsEnabled: false,
    });
    const managed = (group: keyof typeof counting, label: string, priority: number) => ({
      name: label,
      priority,
      overrideAction: { none: {} },
      statement: {
        managedRuleGroupStatement: {
          vendorName: 'AWS',
          name: group,
          ruleActionOverrides: Object.keys(counting[group]).map((rule) => ({
            name: rule,
            actionToUse: { count: {} },
          })),
        },
      },
      visibilityConfig: visibility(`${name}-${label}`),
    });
    const problem = platformProblems.throttled;
    const acl = new CfnWebACL(this, 'Acl', {
      name,
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visibility(name),
      // WAF allows no other JSON type than application/json
      customResponseBodies: {
        [THROTTLED]: {
          contentType: 'APPLICATION_JSON',
          content: JSON.stringify(problemDocument(THROTTLED, problem)),
        },
      },
      rules: [
        managed('AWSManagedRulesCommonRuleSet', 'common', 0),
        managed('AWSManagedRulesKnownBadInputsRuleSet', 'known-bad', 1),
        {
          name: 'rate',
          priority: 2,
          action: {
            block: {
              customResponse: {
                responseCode: problem.status,
                customResponseBodyKey: THROTTLED,
                responseHeaders: [
                  { name: 'Retry-After', value: String(RETRY_AFTER_SECONDS) },
                  { name: 'Cache-Control', value: 'no-store' },
                ],
              },
            },
          },
          statement: {
            rateBasedStatement: {
              limit: MAX_REQUESTS_PER_ADDRESS,
              aggregateKeyType: 'IP',
              scopeDownStatement: {
                notStatement: {
                  statement: {
                    andStatement: {
                      statements: [
                        {
                          regexMatchStatement: {
                            fieldToMatch: { uriPath: {} },
                            regexString: pathPattern(unboundedPaths, pathPrefixes),
                            textTransformations: [{ priority: 0, type: 'NONE' }],
                          },
                        },
                        {
                          byteMatchStatement: {
                            fieldToMatch: { method: {} },
                            positionalConstraint: 'EXACTLY',
                            searchString: 'POST',
                            textTransformations: [{ priority: 0, type: 'NONE' }],
                          },
                        },
                      ],
                    },
                  },
                },
              },
            },
          },
          visibilityConfig: visibility(`${name}-rate`),
        },
      ],
    });
    new CfnWebACLAssociation(this, 'Association', { resourceArn: apiStage.stageArn, webAclArn: acl.attrArn });
    this.log(acl, name, stage);
  }

  /** WAF writes only to a log group whose name begins with `aws-waf-logs-`. Requests that match no rule are in the API's access log. */
  private log(acl: CfnWebACL, name: string, stage: Stage) {
    const group = new LogGroup(this, 'Logs', {
      logGroupName: `aws-waf-logs-${name}`,
      retention: stage.logRetention,
      removalPolicy: removalPolicy(stage),
    });
    new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: acl.attrArn,
      // without the `:*` that the attribute `Arn` of a log group ends with
      logDestinationConfigs: [
        Stack.of(this).formatArn({
          service: 'logs',
          resource: 'log-group',
          resourceName: group.logGroupName,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
      redactedFields: [{ singleHeader: { Name: 'authorization' } }],
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: ['BLOCK', 'COUNT', 'EXCLUDED_AS_COUNT'].map((Action) => ({ ActionCondition: { Action } })),
          },
        ],
      },
    });
  }
}

/** A regular expression for these paths behind any of the prefixes or none. */
const pathPattern = (paths: readonly string[], prefixes: readonly string[]): string => {
  const literal = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pathForm = (path: string) =>
    path
      .split(/\{\w+\}/)
      .map(literal)
      .join('[^/]+');
  return `^(${prefixes.map(literal).join('|')})?(${paths.map(pathForm).join('|')})$`;
};
