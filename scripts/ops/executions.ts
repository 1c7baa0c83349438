import { DescribeExecutionCommand, type ExecutionStatus, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { manifests } from '#manifests';
import { type Account, Complaint } from './account.ts';
import { arnOf } from './queues.ts';

const STATUSES = [
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  'TIMED_OUT',
  'ABORTED',
] as const satisfies readonly ExecutionStatus[];
const MOST = 20;

const workflows = manifests.flatMap((manifest) => Object.keys(manifest.workflows ?? {}));

/** The last executions of a workflow that stand so, with what failed them. They are named `<order>.<run>`. */
export const executionsOf = async (account: Account, workflow: string, status: string): Promise<readonly string[]> => {
  const statusFilter = STATUSES.find((one) => one === status);
  if (!statusFilter) throw new Complaint(`unknown status ${status}: ${STATUSES.join(', ')}`);
  if (!workflows.includes(workflow)) throw new Complaint(`unknown workflow ${workflow}: ${workflows.join(', ')}`);
  const client = new SFNClient(account.options);
  const [, partition, , region, id] = (await arnOf(account, account.by.queue('orders-start-saga'))).split(':');
  const stateMachineArn = `arn:${partition}:states:${region}:${id}:stateMachine:${account.by.workflow(workflow)}`;
  const { executions = [] } = await client.send(
    new ListExecutionsCommand({ stateMachineArn, statusFilter, maxResults: MOST }),
  );
  return Promise.all(
    executions.map(async ({ executionArn, name, startDate }) => {
      const { error, cause, input } = await client.send(new DescribeExecutionCommand({ executionArn }));
      return JSON.stringify({ name, started: startDate, error, cause, input });
    }),
  );
};
