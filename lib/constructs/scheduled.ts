import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { alarmOnFirst } from './alarm.ts';
import { ContextFunction, type ContextFunctionProps } from './function.ts';

export type ScheduledProps = ContextFunctionProps & { readonly everyMinutes: number };

/** A function that runs by the clock. A run that fails is not repeated: the next one does its work. */
export class Scheduled extends Construct {
  constructor(scope: Construct, name: string, { everyMinutes, ...its }: ScheduledProps) {
    super(scope, name);
    const { lambda } = new ContextFunction(this, 'Run', its);
    new Rule(this, 'Schedule', {
      schedule: Schedule.rate(Duration.minutes(everyMinutes)),
      targets: [new LambdaFunction(lambda, { retryAttempts: 0 })],
    });
    lambda.configureAsyncInvoke({ retryAttempts: 0 });
    alarmOnFirst(this, 'FailedAlarm', its.deployment.stage, lambda.metricErrors(), {
      says: `A run of ${its.id} failed.`,
      runbook: 'sweeper-findings',
    });
  }
}
