import { DescribeExecutionCommand, type ExecutionStatus, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { contexts } from '#contexts';
import type { Account } from './account.ts';
import { UserError } from './command-line.ts';
import { locate } from './queues.ts';

const STATUSES = [
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  'TIMED_OUT',
  'ABORTED',
] as const satisfies readonly ExecutionStatus[];
const MAX_EXECUTIONS = 20;

const workflows = contexts.flatMap((manifest) => Object.keys(manifest.workflows ?? {}));

const getWorkflowArn = async (account: Account, workflow: string): Promise<string> => {
  const { partition, region, accountId } = await locate(account);
  return `arn:${partition}:states:${region}:${accountId}:stateMachine:${account.names.workflow(workflow)}`;
};

type ExecutionFilter = { readonly workflow: string; readonly status: string };

/** The latest executions of a workflow with this status, each a line of JSON. An execution is named `<order>-<run>`. */
export const listExecutions = async (
  account: Account,
  { workflow, status }: ExecutionFilter,
): Promise<readonly string[]> => {
  const statusFilter = STATUSES.find((known) => known === status);
  if (!statusFilter) throw new UserError(`unknown status ${status}: use one of ${STATUSES.join(', ')}`);
  if (!workflows.includes(workflow))
    throw new UserError(`unknown workflow ${workflow}: use one of ${workflows.join(', ')}`);
  const client = new SFNClient(account.clientOptions);
  const stateMachineArn = await getWorkflowArn(account, workflow);
  const { executions = [] } = await client.send(
    new ListExecutionsCommand({ stateMachineArn, statusFilter, maxResults: MAX_EXECUTIONS }),
  );
  return Promise.all(
    executions.map(async ({ executionArn, name, startDate }) => {
      const { error, cause, input } = await client.send(new DescribeExecutionCommand({ executionArn }));
      return JSON.stringify({ name, started: startDate, error, cause, input });
    }),
  );
};
