import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { FunctionSpec, Grant, WorkflowId } from '#platform/manifest';
import { arns } from '../arns.ts';
import type { Stage } from '../stages.ts';

type Arns = ReturnType<typeof arns>;

/**
 * A grant holds for keys of one context only. `ForAllValues` is also true for a request without any key, hence `Null`. A transaction is
 * authorised by the actions of its parts. Nothing is granted Scan or PartiQL.
 */
const tableStatement = ({ of, may }: Grant, { table, indexes }: Arns) =>
  new PolicyStatement({
    actions: may.map((action) => `dynamodb:${action}`),
    resources: may.includes('Query') ? [table, ...indexes] : [table],
    conditions: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${of}#*`] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  });

const allow = (action: string, resources: readonly string[]) =>
  resources.length > 0 ? [new PolicyStatement({ actions: [action], resources: [...resources] })] : [];

/** What a function's manifest allows, and nothing else. `workflows` are all workflows. */
export const permissionsOf = (
  scope: Construct,
  stage: Stage,
  spec: FunctionSpec,
  workflows: readonly WorkflowId[],
): readonly PolicyStatement[] => {
  const by = arns(scope, stage.name);
  return [
    ...spec.grants.map((grant) => tableStatement(grant, by)),
    ...allow('events:PutEvents', spec.publishes ? [by.bus] : []),
    ...allow('states:StartExecution', (spec.starts ?? []).map(by.workflow)),
    ...allow('secretsmanager:GetSecretValue', (spec.secrets ?? []).map(by.secret)),
    ...allow('sqs:SendMessage', (spec.sends ?? []).map(by.queue)),
    ...allow('ses:SendEmail', spec.sendsMail && stage.mail !== 'sink' ? by.senders(stage.mail.from) : []),
    ...allow('events:DescribeEventBus', spec.inspects ? [by.bus] : []),
    ...allow('states:DescribeStateMachine', spec.inspects ? workflows.map(by.workflow) : []),
  ];
};
