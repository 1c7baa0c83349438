import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { AlarmAbove, alarmOnShare } from '../constructs/alarm.ts';
import { Api } from '../constructs/api.ts';
import { authorizerOf, type Deployment, routesOf } from '../deployment.ts';
import { deployOptionsOf } from '../stages.ts';

/** Of the requests of five minutes. */
const MAX_ERROR_PERCENT = 5;
/** More than one request and its repetitions by a client, which are the twentieth part while few others arrive. */
const MIN_ERRORS = 5;
/** A shop waits three seconds for an answer at most before its buyer sees it; the usual request takes 100 ms, and a second after a cold start. */
const MAX_P95_LATENCY = Duration.seconds(3);
/**
 * With fewer requests in five minutes, one or two of them would be the twentieth part. CloudWatch itself wants 200 for this percentile, and below
 * that either evaluates any number or keeps the alarm's state.
 */
const MIN_REQUESTS = 60;
/** One deployment, after which every function starts cold, is over by then. */
const SLOW_PERIODS = 3;

export type ApiStackProps = StackProps & { readonly deployment: Deployment };

/** The product's API: the routes of every context without an API of its own, behind one authorizer. */
export class ApiStack extends Stack {
  constructor(scope: Construct, id: string, { deployment: { stage, manifests }, ...props }: ApiStackProps) {
    super(scope, id, props);
    const api = new Api(this, 'Api', {
      stage,
      name: 'api',
      routes: routesOf(...manifests.filter(({ standalone }) => !standalone)),
      authorizer: authorizerOf(...manifests),
      firewall: stage.firewall,
      domain: stage.domain,
    });
    alarmOnShare(this, 'FailingAlarm', {
      stage,
      counted: api.rest.metricServerError(),
      total: api.rest.metricCount(),
      ...{ percent: MAX_ERROR_PERCENT, minimum: MIN_ERRORS, period: Duration.minutes(5) },
      text: 'More than 5% of the requests of five minutes, and 5 at least, were answered with a server error.',
      runbook: 'api-errors',
    });
    new AlarmAbove(this, 'SlowAlarm', {
      stage,
      metric: new MathExpression({
        expression: `IF(FILL(requests, 0) >= ${MIN_REQUESTS}, latency, 0)`,
        usingMetrics: {
          requests: api.rest.metricCount({ statistic: Stats.SUM }),
          latency: api.rest.metricLatency({ statistic: 'p95' }),
        },
        period: Duration.minutes(5),
      }),
      threshold: MAX_P95_LATENCY.toMilliseconds(),
      periods: SLOW_PERIODS,
      text: 'For 15 minutes, one request in twenty has taken more than 3 seconds.',
      runbook: 'api-slow',
    });
    new CfnOutput(this, 'ApiUrl', { value: api.url });
    new CfnOutput(this, 'ApiId', { value: api.id });
    // for the next deployment: this stack is the last one of a deployment
    new CfnOutput(this, 'DeployOptions', { value: deployOptionsOf(stage) });
    if (!api.domainName) return;
    new CfnOutput(this, 'DefaultApiUrl', { value: api.defaultUrl });
    // of the DNS record: an alias of the domain, or a CNAME
    new CfnOutput(this, 'DomainTarget', { value: api.domainName.domainNameAliasDomainName });
    new CfnOutput(this, 'DomainTargetZoneId', { value: api.domainName.domainNameAliasHostedZoneId });
  }
}
