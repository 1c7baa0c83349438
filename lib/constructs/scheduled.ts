import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { alarmOnCount, alarmOnSilence } from './alarm.ts';
import { ContextFunction, type ContextFunctionProps } from './function.ts';

/** A function that runs every minute leaves out many runs within one, so it is not raised by a run that is late or throttled. */
const SILENT_PERIOD_MINUTES = 5;
const SILENT_PERIODS = 2;

export type ScheduledProps = ContextFunctionProps & {
  readonly everyMinutes: number;
  /** The page for a run that failed. */
  readonly runbook: string;
};

/** A function that runs on a schedule. A failed or throttled run is not made up for, because the next one does its work. */
export class Scheduled extends Construct {
  readonly role: Role;

  constructor(scope: Construct, name: string, { everyMinutes, runbook, ...props }: ScheduledProps) {
    super(scope, name);
    const { lambda, role } = new ContextFunction(this, 'Run', props);
    this.role = role;
    new Rule(this, 'Schedule', {
      schedule: Schedule.rate(Duration.minutes(everyMinutes)),
      targets: [new LambdaFunction(lambda, { retryAttempts: 0 })],
    });
    // by default Lambda keeps the runs that it throttles for six hours, and starts them all once it can
    lambda.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(everyMinutes) });
    alarmOnCount(this, 'FailedAlarm', {
      stage: props.deployment.stage,
      metric: lambda.metricErrors(),
      text: `A run of ${props.id} failed.`,
      runbook,
    });
    const periodMinutes = Math.max(SILENT_PERIOD_MINUTES, everyMinutes);
    alarmOnSilence(this, 'SilentAlarm', {
      stage: props.deployment.stage,
      metric: lambda.metricInvocations({ period: Duration.minutes(periodMinutes), statistic: Stats.SUM }),
      periods: SILENT_PERIODS,
      text: `${props.id} has not run for ${SILENT_PERIODS * periodMinutes} minutes.`,
      runbook,
    });
  }
}
