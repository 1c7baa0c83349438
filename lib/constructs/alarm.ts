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
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { AlarmText } from '#platform/manifest';
import { arns } from '../arns.ts';
import type { Stage } from '../stages.ts';

const QUEUE_PERIOD = Duration.minutes(1);
const COUNT_PERIOD = Duration.minutes(5);
const MAX_AGE = Duration.minutes(3);

export type AlarmAboveProps = AlarmText & {
  readonly stage: Stage;
  readonly metric: IMetric;
  readonly threshold: number;
};

/**
 * An alarm, on stages that have alarms, that is raised as soon as the metric exceeds the threshold, and notifies the stage's topic when
 * it is raised and when it ends. Missing data does not raise it.
 */
export class AlarmAbove extends Construct {
  constructor(scope: Construct, id: string, { stage, metric, threshold, text, runbook }: AlarmAboveProps) {
    super(scope, id);
    if (!stage.alarms) return;
    const alarm = new Alarm(this, 'Alarm', {
      metric,
      threshold,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: `${text} Runbook: docs/runbooks/${runbook}.md`,
    });
    const notify = new SnsAction(Topic.fromTopicArn(this, 'Topic', arns(this, stage.name).alarms));
    alarm.addAlarmAction(notify);
    alarm.addOkAction(notify);
  }
}

type AlarmProps<T> = AlarmText & { readonly stage: Stage } & T;

/** Raised by the first message in a queue that nothing consumes. */
export const alarmOnMessages = (
  scope: Construct,
  id: string,
  { queue, ...props }: AlarmProps<{ readonly queue: IQueue }>,
) => {
  const metric = queue.metricApproximateNumberOfMessagesVisible({ period: QUEUE_PERIOD });
  return new AlarmAbove(scope, id, { ...props, threshold: 0, metric });
};

/**
 * Raised by the first dead letter. Those that somebody has received count, too: the redrive looks at all of them every minute, and for
 * that time they are hidden.
 */
export const alarmOnDeadLetters = (
  scope: Construct,
  id: string,
  { queue, ...props }: AlarmProps<{ readonly queue: IQueue }>,
) => {
  const metric = new MathExpression({
    expression: 'visible + hidden',
    usingMetrics: {
      visible: queue.metricApproximateNumberOfMessagesVisible(),
      hidden: queue.metricApproximateNumberOfMessagesNotVisible({ statistic: Stats.MAXIMUM }),
    },
    period: QUEUE_PERIOD,
  });
  return new AlarmAbove(scope, id, { ...props, threshold: 0, metric });
};

/**
 * Raised by a message that is more than three minutes old: nobody receives the queue's messages, or more arrive than the consumer handles, as
 * of one tenant (ADR 90). It forgets a function that cannot run,
 * because CloudWatch leaves out messages that were received three times: each such invocation is an error, which has an alarm of its own. A
 * worker that runs and fails on messages reports them (`MessagesBehind`).
 */
export const alarmOnAge = (
  scope: Construct,
  id: string,
  { queue, ...props }: AlarmProps<{ readonly queue: IQueue }>,
) => {
  const metric = queue.metricApproximateAgeOfOldestMessage({ period: QUEUE_PERIOD });
  return new AlarmAbove(scope, id, { ...props, threshold: MAX_AGE.toSeconds(), metric });
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

/** Raised by the first count within five minutes of a metric that functions report. */
export const alarmOnReportedMetric = (
  scope: Construct,
  id: string,
  { metricName, ...props }: AlarmProps<{ readonly metricName: string }>,
) => {
  const dimensionsMap = { Stage: props.stage.name };
  return alarmOnCount(scope, id, {
    ...props,
    metric: new Metric({ namespace: 'Breakwater', metricName, dimensionsMap }),
  });
};
