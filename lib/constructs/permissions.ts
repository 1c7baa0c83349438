import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { FunctionId, FunctionSpec, Grant, WorkflowId } from '#platform/manifest';
import { arns } from '../arns.ts';
import type { Stage } from '../stages.ts';

type Arns = ReturnType<typeof arns>;

/**
 * Allows a grant's actions on keys of one context. `ForAllValues` is also true for a request without any key, so `Null` excludes those.
 * The actions of its parts authorize a transaction. No function may use Scan or PartiQL.
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

/**
 * Limits a sender by its address, because SES authorizes identities that nobody knows in advance: in its sandbox also that of the
 * recipient, and a configuration set that the account or the identity has by default.
 */
const mailStatement = (from: string, { mailResources }: Arns) =>
  new PolicyStatement({
    actions: ['ses:SendEmail'],
    resources: mailResources,
    conditions: { StringEquals: { 'ses:FromAddress': from } },
  });

type PermissionOptions = {
  readonly stage: Stage;
  readonly id: FunctionId;
  readonly spec: FunctionSpec;
  /** All workflows. */
  readonly workflows: readonly WorkflowId[];
  /** All functions that consume events. */
  readonly workers: readonly FunctionId[];
};

const READ_MESSAGES = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
const READ_DEAD_LETTERS = [...READ_MESSAGES, 'sqs:ChangeMessageVisibility'];

/** What moves messages between queues. The event source of a worker allows it to receive and hide the messages of its own queue. */
const queueStatements = (
  { id, spec, workers }: PermissionOptions,
  { queue, deadLetters, allDeadLetters, canaries }: Arns,
) => [
  ...allow('sqs:SendMessage', (spec.sends ?? []).map(queue)),
  ...allow('sqs:SendMessage', spec.consumes ? [deadLetters(id), canaries] : []),
  // a statement of its own for each worker, so that a new one changes none of the others
  ...(spec.redrives ? workers : []).flatMap((worker) => allow('sqs:SendMessage', [queue(worker)])),
  ...(spec.redrives
    ? [
        new PolicyStatement({ actions: READ_DEAD_LETTERS, resources: [allDeadLetters] }),
        new PolicyStatement({ actions: READ_MESSAGES, resources: [canaries] }),
      ]
    : []),
];

/** The statements for what a function's manifest allows, and nothing else. */
export const permissionsOf = (scope: Construct, options: PermissionOptions): readonly PolicyStatement[] => {
  const { stage, spec, workflows } = options;
  const stageArns = arns(scope, stage.name);
  return [
    ...spec.grants.map((grant) => tableStatement(grant, stageArns)),
    ...allow('events:PutEvents', spec.publishes ? [stageArns.bus] : []),
    ...allow('states:StartExecution', (spec.starts ?? []).map(stageArns.workflow)),
    ...allow('secretsmanager:GetSecretValue', (spec.secrets ?? []).map(stageArns.secret)),
    ...queueStatements(options, stageArns),
    ...(spec.sendsMail && stage.mail !== 'sink' ? [mailStatement(stage.mail.from, stageArns)] : []),
    ...allow('events:DescribeEventBus', spec.inspects ? [stageArns.bus] : []),
    ...allow('states:DescribeStateMachine', spec.inspects ? workflows.map(stageArns.workflow) : []),
  ];
};
