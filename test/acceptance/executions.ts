import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  ListExecutionsCommand,
  SFNClient,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { host, queueNames } from './host.ts';

const sfn = new SFNClient(host.aws);
const arnOf = (kind: 'stateMachine' | 'execution', name: string) =>
  `arn:aws:states:${host.aws.region ?? 'us-east-1'}:000000000000:${kind}:${name}`;

/** Stops the running executions of these orders. Resolves to their number. */
export const stopExecutions = async (orders: ReadonlySet<string>): Promise<number> => {
  let stopped = 0;
  for (const saga of ['fulfil-order', 'unwind-order']) {
    const stateMachineArn = arnOf('stateMachine', queueNames.workflow(saga));
    const { executions = [] } = await sfn.send(
      new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING', maxResults: 100 }),
    );
    for (const { name = '', executionArn } of executions) {
      if (!orders.has(name.slice(0, name.lastIndexOf('-')))) continue;
      // it may have ended by itself since it was listed
      await sfn.send(new StopExecutionCommand({ executionArn })).then(
        () => (stopped += 1),
        () => undefined,
      );
    }
  }
  return stopped;
};

/** The status of this run of the saga that fulfils the order; undefined as long as it has not started. */
export const findRunStatus = async (orderId: string, run: number): Promise<string | undefined> => {
  const executionArn = arnOf('execution', `${queueNames.workflow('fulfil-order')}:${orderId}-${run}`);
  try {
    return (await sfn.send(new DescribeExecutionCommand({ executionArn }))).status;
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return undefined;
    throw error;
  }
};
