import { Duration } from 'aws-cdk-lib';
import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { AlarmAbove, type AlarmProps, alarmOnCount, alarmOnSilence, COUNT_PERIOD } from './alarm.ts';

const QUEUE_PERIOD = Duration.minutes(1);
const MAX_AGE = Duration.minutes(3);

type QueueAlarmProps = AlarmProps<{ readonly queue: IQueue }>;

/** Raised by the first message in a queue that nothing consumes. */
export const alarmOnMessages = (scope: Construct, id: string, { queue, ...props }: QueueAlarmProps) => {
  const metric = queue.metricApproximateNumberOfMessagesVisible({ period: QUEUE_PERIOD });
  return new AlarmAbove(scope, id, { ...props, threshold: 0, metric });
};

/**
 * Raised by the first dead letter. Those that somebody has received count, too: the redrive looks at all of them every minute, and for
 * that time they are hidden.
 */
export const alarmOnDeadLetters = (scope: Construct, id: string, { queue, ...props }: QueueAlarmProps) => {
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
 * Raised by each message that somebody sends to the queue, also while others wait there, of which another alarm is raised already and
 * notifies nobody again. It leaves out what the queue itself moves after too many receives, of which SQS counts no sending: the function
 * that cannot run has had an alarm for a day by then.
 */
export const alarmOnNewMessages = (scope: Construct, id: string, { queue, ...props }: QueueAlarmProps) =>
  alarmOnCount(scope, id, { ...props, metric: queue.metricNumberOfMessagesSent() });

/**
 * Raised if nobody polls the queue for 20 minutes, whether or not messages wait: its event source is disabled, or may not receive. Unlike
 * the age of the oldest message, this also counts for messages that were received three times. SQS reports zeros for six hours, and starts
 * to report a new queue within 15 minutes.
 */
export const alarmOnUnpolledQueue = (scope: Construct, id: string, { queue, ...props }: QueueAlarmProps) =>
  alarmOnSilence(scope, id, {
    ...props,
    periods: 4,
    needsData: true,
    metric: new MathExpression({
      expression: 'received + empty',
      usingMetrics: { received: queue.metricNumberOfMessagesReceived(), empty: queue.metricNumberOfEmptyReceives() },
      period: COUNT_PERIOD,
    }),
  });

/**
 * Raised by a message that is more than three minutes old: nobody receives the queue's messages, or more arrive than the consumer handles, as
 * of one tenant (ADR 90). It forgets a function that cannot run,
 * because CloudWatch leaves out messages that were received three times: each such invocation is an error, which has an alarm of its own. A
 * worker that runs and fails on messages reports them (`MessagesBehind`).
 */
export const alarmOnAge = (scope: Construct, id: string, { queue, ...props }: QueueAlarmProps) => {
  const metric = queue.metricApproximateAgeOfOldestMessage({ period: QUEUE_PERIOD });
  return new AlarmAbove(scope, id, { ...props, threshold: MAX_AGE.toSeconds(), metric });
};
