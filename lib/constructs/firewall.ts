import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';

/** Requests of one address within five minutes: 40 a second, many times what a shop's own server needs. */
const MOST_PER_ADDRESS = 12_000;

export type FirewallProps = { readonly name: string; readonly before: Stage };

/** A web ACL before an API: what is known to be an attack, and what one address asks too often, does not reach it. */
export class Firewall extends Construct {
  constructor(scope: Construct, id: string, { name, before }: FirewallProps) {
    super(scope, id);
    const visible = (metricName: string) => ({
      metricName,
      cloudWatchMetricsEnabled: true,
      sampledRequestsEnabled: false,
    });
    const acl = new CfnWebACL(this, 'Acl', {
      name,
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visible(name),
      rules: [
        {
          name: 'common',
          priority: 0,
          overrideAction: { none: {} },
          statement: {
            managedRuleGroupStatement: {
              vendorName: 'AWS',
              name: 'AWSManagedRulesCommonRuleSet',
              // it would block bodies above 8 KB: an order of 20 lines may be larger, and functions say 413 above 256 KB
              ruleActionOverrides: [{ name: 'SizeRestrictions_BODY', actionToUse: { count: {} } }],
            },
          },
          visibilityConfig: visible(`${name}-common`),
        },
        {
          name: 'rate',
          priority: 1,
          action: { block: {} },
          statement: { rateBasedStatement: { limit: MOST_PER_ADDRESS, aggregateKeyType: 'IP' } },
          visibilityConfig: visible(`${name}-rate`),
        },
      ],
    });
    new CfnWebACLAssociation(this, 'Association', { resourceArn: before.stageArn, webAclArn: acl.attrArn });
  }
}
