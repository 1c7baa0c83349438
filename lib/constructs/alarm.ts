import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Stage } from '../stages.ts';

/** Alarms, on stages that have them, as soon as the metric is above the limit. No data is good news. */
export const alarmAbove = (
  scope: Construct,
  id: string,
  stage: Stage,
  limit: number,
  metric: IMetric,
  says: string,
) => {
  if (!stage.alarms) return;
  new Alarm(scope, id, {
    metric,
    threshold: limit,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    alarmDescription: says,
  });
};

/** Alarms on the first message that nobody could handle. */
export const alarmOnDeadLetters = (scope: Construct, id: string, stage: Stage, queue: IQueue, says: string) =>
  alarmAbove(scope, id, stage, 0, queue.metricApproximateNumberOfMessagesVisible(), says);
