import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { type FunctionId, names, type WorkflowId } from '#platform/manifest';
import { type SagaDefinition, tasksOf, toAsl } from '#platform/saga/definition';
import { arns } from '../arns.ts';
import { acknowledge } from '../nag.ts';
import { removalPolicy, type Stage } from '../stages.ts';
import { alarmOnCount, alarmOnThrottles } from './alarm.ts';

const PLACEHOLDER = /\$\{([a-z0-9-]+)\}/g;

export type SagaProps = {
  readonly stage: Stage;
  readonly id: WorkflowId;
  readonly definition: SagaDefinition;
  /** Every function. A definition that names any other is rejected. */
  readonly functions: readonly FunctionId[];
};

/** A Standard workflow from a saga's definition. It may invoke the functions that the definition names, and no others. */
export class Saga extends Construct {
  constructor(scope: Construct, name: string, { stage, id, definition, functions }: SagaProps) {
    super(scope, name);
    const stageArns = arns(this, stage.name);
    const tasks = tasksOf(definition);
    const unknown = tasks.filter((task) => !functions.includes(task));
    if (unknown.length > 0) throw new Error(`${id} names functions that no manifest has: ${unknown.join(', ')}`);

    const stateMachineName = names(stage.name).workflow(id);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: tasks.map(stageArns.fn) }));
    acknowledge(role, 'unnamedResources');

    const workflow = new StateMachine(this, 'Workflow', {
      stateMachineName,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(
        JSON.stringify(toAsl(definition)).replaceAll(PLACEHOLDER, (_, name) =>
          name === 'partition' ? Stack.of(this).partition : stageArns.fn(name),
        ),
      ),
      role,
      tracingEnabled: true,
      logs: {
        // the prefix keeps the account's log resource policy from outgrowing its limit
        destination: new LogGroup(this, 'Logs', {
          logGroupName: `/aws/vendedlogs/states/${stateMachineName}`,
          retention: stage.logRetention,
          removalPolicy: removalPolicy(stage),
        }),
        // for 90 days Step Functions keeps every event of an execution, with its data
        level: LogLevel.ERROR,
        includeExecutionData: false,
      },
    });
    acknowledge(workflow, 'ownHistory');
    // the saga catches declared refusals and succeeds, so an execution fails only if no retry helped
    const alarm = {
      stage,
      text: `${id} has given up on an order and left it to the sweeper.`,
      runbook: 'saga-failures',
    };
    alarmOnCount(this, 'FailedAlarm', { ...alarm, metric: workflow.metricFailed() });
    alarmOnCount(this, 'TimedOutAlarm', { ...alarm, metric: workflow.metricTimedOut() });
    alarmOnThrottles(this, 'ThrottledAlarm', {
      stage,
      metrics: [workflow.metricThrottled()],
      text: `Step Functions has throttled steps of ${id} for 15 minutes.`,
      runbook: 'throttled',
    });
  }
}
