import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Metric as Counted } from '#shared/runtime';
import { arns } from '../arns.ts';
import type { Stage } from '../stages.ts';

/** The pages of docs/runbooks/ that alarms name. */
export type Runbook =
  | 'api-errors'
  | 'breaker-open'
  | 'dead-letters'
  | 'orders-parked'
  | 'relay-behind'
  | 'saga-failures'
  | 'sweeper-findings'
  | 'undelivered-events'
  | 'unpublishable-events';

const SOON = Duration.minutes(1);
const PERIOD = Duration.minutes(5);

/** What an alarm says: what is the matter, and the page that says what to do about it. */
export type Says = { readonly says: string; readonly runbook: Runbook };

/**
 * Alarms, on stages that have them, as soon as the metric is above the limit, and tells the stage's topic when that begins and
 * ends. No data is good news.
 */
export class AlarmAbove extends Construct {
  constructor(scope: Construct, id: string, stage: Stage, limit: number, metric: IMetric, { says, runbook }: Says) {
    super(scope, id);
    if (!stage.alarms) return;
    const alarm = new Alarm(this, 'Alarm', {
      metric,
      threshold: limit,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: `${says} Runbook: docs/runbooks/${runbook}.md`,
    });
    const tell = new SnsAction(Topic.fromTopicArn(this, 'Topic', arns(this, stage.name).alarms));
    alarm.addAlarmAction(tell);
    alarm.addOkAction(tell);
  }
}

/** Alarms on the first message that nobody could handle. */
export const alarmOnDeadLetters = (scope: Construct, id: string, stage: Stage, queue: IQueue, says: Says) =>
  new AlarmAbove(scope, id, stage, 0, queue.metricApproximateNumberOfMessagesVisible({ period: SOON }), says);

/** Alarms on the first time within five minutes that AWS counts this. */
export const alarmOnFirst = (scope: Construct, id: string, stage: Stage, metric: Metric, says: Says) =>
  new AlarmAbove(scope, id, stage, 0, metric.with({ period: PERIOD, statistic: Stats.SUM }), says);

/** The same of what functions count. */
export const alarmOnCount = (scope: Construct, id: string, stage: Stage, metricName: Counted, says: Says) =>
  alarmOnFirst(
    scope,
    id,
    stage,
    new Metric({ namespace: 'Breakwater', metricName, dimensionsMap: { Stage: stage.name } }),
    says,
  );
