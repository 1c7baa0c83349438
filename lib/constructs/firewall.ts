import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';

/** Per address within five minutes: 40 a second, many times what a shop's server needs. */
const MAX_REQUESTS_PER_ADDRESS = 12_000;

export type FirewallProps = { readonly name: string; readonly apiStage: Stage };

/** A web ACL in front of an API. It blocks known attacks, and addresses that send too many requests (ADR 52). */
export class Firewall extends Construct {
  constructor(scope: Construct, id: string, { name, apiStage }: FirewallProps) {
    super(scope, id);
    const visibility = (metricName: string) => ({
      metricName,
      cloudWatchMetricsEnabled: true,
      sampledRequestsEnabled: false,
    });
    const acl = new CfnWebACL(this, 'Acl', {
      name,
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visibility(name),
      rules: [
        {
          name: 'common',
          priority: 0,
          overrideAction: { none: {} },
          statement: {
            managedRuleGroupStatement: {
              vendorName: 'AWS',
              name: 'AWSManagedRulesCommonRuleSet',
              // it would block bodies above 8 KB: an order of 20 lines may be larger, and functions answer 413 above 256 KB
              ruleActionOverrides: [{ name: 'SizeRestrictions_BODY', actionToUse: { count: {} } }],
            },
          },
          visibilityConfig: visibility(`${name}-common`),
        },
        {
          name: 'rate',
          priority: 1,
          action: { block: {} },
          statement: { rateBasedStatement: { limit: MAX_REQUESTS_PER_ADDRESS, aggregateKeyType: 'IP' } },
          visibilityConfig: visibility(`${name}-rate`),
        },
      ],
    });
    new CfnWebACLAssociation(this, 'Association', { resourceArn: apiStage.stageArn, webAclArn: acl.attrArn });
  }
}
