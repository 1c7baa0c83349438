import { readFileSync } from 'node:fs';
import { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { type FunctionId, names, type WorkflowId, type WorkflowSpec } from '#shared/manifest';
import { arns } from '../arns.ts';
import { deviates } from '../nag.ts';
import type { Stage } from '../stages.ts';
import { alarmOnFirst } from './alarm.ts';

const PLACEHOLDER = /\$\{([a-z0-9-]+)\}/g;

const definitionOf = ({ definition }: WorkflowSpec) =>
  readFileSync(new URL(`../../${definition}`, import.meta.url), 'utf8');

/** The functions that are a workflow's tasks, each once. */
export const tasksOf = (spec: WorkflowSpec): readonly FunctionId[] => [
  ...new Set([...definitionOf(spec).matchAll(PLACEHOLDER)].flatMap(([, id]) => id ?? [])),
];

export type SagaProps = {
  readonly stage: Stage;
  readonly id: WorkflowId;
  readonly spec: WorkflowSpec;
  /** Every function there is: a definition that names another is refused. */
  readonly functions: readonly FunctionId[];
};

/** A Standard workflow from its ASL file, that may invoke the functions which the file names and no others. */
export class Saga extends Construct {
  constructor(scope: Construct, name: string, { stage, id, spec, functions }: SagaProps) {
    super(scope, name);
    const by = arns(this, stage.name);
    const tasks = tasksOf(spec);
    const unknown = tasks.filter((task) => !functions.includes(task));
    if (unknown.length > 0)
      throw new Error(`${spec.definition} names functions that no manifest has: ${unknown.join(', ')}`);

    const stateMachineName = names(stage.name).workflow(id);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: tasks.map(by.fn) }));

    deviates(role, 'unnamedResources');

    const workflow = new StateMachine(this, 'Workflow', {
      stateMachineName,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(definitionOf(spec).replaceAll(PLACEHOLDER, (_, task) => by.fn(task))),
      role,
      tracingEnabled: true,
      logs: {
        // the prefix keeps the account's log resource policy from outgrowing its limit
        destination: new LogGroup(this, 'Logs', {
          logGroupName: `/aws/vendedlogs/states/${stateMachineName}`,
          retention: stage.logRetention,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        level: LogLevel.ALL,
        includeExecutionData: false,
      },
    });
    // declared refusals are caught and end as succeeded: what fails is what no retry could mend
    const says = {
      says: `${id} has given up on an order and left it to the sweeper.`,
      runbook: 'saga-failures',
    } as const;
    alarmOnFirst(this, 'FailedAlarm', stage, workflow.metricFailed(), says);
    alarmOnFirst(this, 'TimedOutAlarm', stage, workflow.metricTimedOut(), says);
  }
}
