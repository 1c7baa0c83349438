import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { AlarmText, Share } from '#platform/manifest';
import { arns } from '../arns.ts';
import type { Stage } from '../stages.ts';

export const COUNT_PERIOD = Duration.minutes(5);
/** What is throttled is tried again for a minute. If it is throttled in three periods in a row, there is not enough of something. */
const THROTTLED_PERIODS = 3;

type StageAlarmProps = AlarmText & {
  readonly stage: Stage;
  readonly metric: IMetric;
  readonly threshold: number;
  readonly comparison: ComparisonOperator;
  readonly missingData: TreatMissingData;
  /** It is raised by this many periods in a row. */
  readonly periods: number;
};

/** An alarm, on stages that have alarms, that notifies the stage's topic when it is raised and when it ends. */
class StageAlarm extends Construct {
  constructor(scope: Construct, id: string, { stage, text, runbook, ...props }: StageAlarmProps) {
    super(scope, id);
    if (!stage.alarms) return;
    const alarm = new Alarm(this, 'Alarm', {
      metric: props.metric,
      threshold: props.threshold,
      evaluationPeriods: props.periods,
      comparisonOperator: props.comparison,
      treatMissingData: props.missingData,
      alarmDescription: `${text} Runbook: docs/runbooks/${runbook}.md`,
    });
    const notify = new SnsAction(Topic.fromTopicArn(this, 'Topic', arns(this, stage.name).alarms));
    alarm.addAlarmAction(notify);
    alarm.addOkAction(notify);
  }
}

export type AlarmAboveProps = Omit<StageAlarmProps, 'comparison' | 'missingData' | 'periods'> & {
  /** Default 1. */
  readonly periods?: number;
};

/** Raised as soon as the metric exceeds the threshold, in as many periods in a row as it says. Missing data does not raise it. */
export class AlarmAbove extends StageAlarm {
  constructor(scope: Construct, id: string, { periods = 1, ...props }: AlarmAboveProps) {
    super(scope, id, {
      ...props,
      periods,
      comparison: ComparisonOperator.GREATER_THAN_THRESHOLD,
      missingData: TreatMissingData.NOT_BREACHING,
    });
  }
}

export type AlarmProps<T> = AlarmText & { readonly stage: Stage } & T;

/**
 * Raised if nothing happens for `periods` times five minutes. Without data it is raised too, except with `needsData`, for metrics that
 * report zeros: a metric of a new resource may have no data for minutes.
 */
export const alarmOnSilence = (
  scope: Construct,
  id: string,
  { needsData = false, ...props }: AlarmProps<{ metric: IMetric; periods: number; needsData?: boolean }>,
) =>
  new StageAlarm(scope, id, {
    ...props,
    threshold: 1,
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
    missingData: needsData ? TreatMissingData.IGNORE : TreatMissingData.BREACHING,
  });

/**
 * Raised if something is throttled in each of three periods of five minutes. Missing values are zeros: an alarm on a metric of DynamoDB
 * keeps its state without data, whatever it says about missing data, and throttles are reported only when there are some.
 */
export const alarmOnThrottles = (
  scope: Construct,
  id: string,
  { metrics, ...props }: AlarmProps<{ readonly metrics: readonly Metric[] }>,
) => {
  const named = metrics.map((metric, index) => [`m${index}`, metric.with({ statistic: Stats.SUM })] as const);
  return new AlarmAbove(scope, id, {
    ...props,
    threshold: 0,
    periods: THROTTLED_PERIODS,
    metric: new MathExpression({
      expression: named.map(([name]) => `FILL(${name}, 0)`).join(' + '),
      usingMetrics: Object.fromEntries(named),
      period: COUNT_PERIOD,
    }),
  });
};

/** Raised by the first count within five minutes of a metric of AWS. */
export const alarmOnCount = (
  scope: Construct,
  id: string,
  { metric, ...props }: AlarmProps<{ readonly metric: Metric }>,
) =>
  new AlarmAbove(scope, id, {
    ...props,
    threshold: 0,
    metric: metric.with({ period: COUNT_PERIOD, statistic: Stats.SUM }),
  });

/**
 * Raised by the first count within five minutes of a metric that functions report, or, with a share, by a count that is as large a part of
 * the executions of a workflow.
 */
export const alarmOnReportedMetric = (
  scope: Construct,
  id: string,
  { metricName, share, ...props }: AlarmProps<{ readonly metricName: string; readonly share?: Share | undefined }>,
) => {
  const dimensionsMap = { Stage: props.stage.name };
  const metric = new Metric({ namespace: 'Breakwater', metricName, dimensionsMap, statistic: Stats.SUM });
  if (!share) return alarmOnCount(scope, id, { ...props, metric });
  const total = new Metric({
    namespace: 'AWS/States',
    metricName: 'ExecutionsStarted',
    dimensionsMap: { StateMachineArn: arns(scope, props.stage.name).workflow(share.ofWorkflow) },
  });
  const { hours, percent, minimum } = share;
  return alarmOnShare(scope, id, { ...props, counted: metric, total, percent, minimum, period: Duration.hours(hours) });
};

type ShareProps = AlarmProps<{
  readonly counted: Metric;
  readonly total: Metric;
  readonly percent: number;
  /** The count below which a part says nothing. */
  readonly minimum: number;
  readonly period: Duration;
}>;

/** Raised by a count, within a period, that is more than a part of another one. A missing count is zero. */
export const alarmOnShare = (
  scope: Construct,
  id: string,
  { counted, total, percent, minimum, period, ...props }: ShareProps,
) =>
  new AlarmAbove(scope, id, {
    ...props,
    threshold: 0,
    metric: new MathExpression({
      expression: `IF(FILL(counted, 0) >= ${minimum} AND FILL(counted, 0) * 100 > FILL(total, 0) * ${percent}, counted, 0)`,
      usingMetrics: {
        counted: counted.with({ statistic: Stats.SUM }),
        total: total.with({ statistic: Stats.SUM }),
      },
      period,
    }),
  });
