import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { alarmOnCount } from './alarm.ts';
import { ContextFunction, type ContextFunctionProps } from './function.ts';

export type ScheduledProps = ContextFunctionProps & {
  readonly everyMinutes: number;
  /** The page for a run that failed. */
  readonly runbook: string;
};

/** A function that runs on a schedule. A failed run is not repeated, because the next one does its work. */
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
    lambda.configureAsyncInvoke({ retryAttempts: 0 });
    alarmOnCount(this, 'FailedAlarm', {
      stage: props.deployment.stage,
      metric: lambda.metricErrors(),
      text: `A run of ${props.id} failed.`,
      runbook,
    });
  }
}
