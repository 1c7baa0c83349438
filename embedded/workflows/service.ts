import { executionArn, nameIn, stateMachineArn } from '../arns.ts';
import { allow } from '../lambda/grants.ts';
import { type Caller, type Service, ServiceError } from '../service.ts';
import { type Execution, type Ledger, makeLedger } from './executions.ts';
import type { Machine } from './machine.ts';
import { run, type Surroundings } from './run.ts';

type Start = { readonly stateMachineArn: string; readonly name?: string; readonly input?: string };
type List = {
  readonly stateMachineArn: string;
  readonly statusFilter?: string;
  readonly maxResults?: number;
  readonly nextToken?: string;
};

const LARGEST_INPUT = 262_144;
const NAME = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u;

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const seconds = (ms: number | undefined) => (ms === undefined ? undefined : ms / 1_000);

const summary = ({ arn, name, machine, status, startedAt, stoppedAt }: Execution) => ({
  executionArn: arn,
  name,
  stateMachineArn: machine.arn,
  status,
  startDate: seconds(startedAt),
  stopDate: seconds(stoppedAt),
});

/** Step Functions: Standard workflows over one process. The ledger tells what ran, for tests and meters. */
export const stepFunctions = (
  machines: ReadonlyMap<string, Machine>,
  world: Surroundings,
): { readonly service: Service; readonly ledger: Ledger } => {
  const ledger = makeLedger();

  const machineOf = (arn: string, action: string, caller: Caller): Machine => {
    const name = nameIn(arn ?? '');
    allow(caller, action, [name]);
    const machine = machines.get(name);
    if (machine) return machine;
    throw new ServiceError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  };
  const executionOf = (arn: string, action: string, caller: Caller): Execution => {
    allow(caller, action, [arn]);
    const execution = ledger.find(arn);
    if (execution) return execution;
    throw new ServiceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  };

  const start = (machine: Machine, name: string, input: string): Execution => {
    const arn = executionArn(machine.name, name);
    const standing = ledger.find(arn);
    if (standing?.status === 'RUNNING' && standing.input === input) return standing;
    if (ledger.knows(arn)) throw new ServiceError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    const startedAt = world.clock.now();
    const execution = ledger.add({ arn, name, machine, input, startedAt });
    run(machine, execution, world, () => ledger.close(execution));
    return execution;
  };

  const operations: Service['operations'] = {
    StartExecution({ stateMachineArn: of, name = world.newId(), input = '{}' }: Start, caller) {
      const machine = machineOf(of, 'StartExecution', caller);
      if (!NAME.test(name)) throw new ServiceError('InvalidName', `Invalid Name: '${name}'`);
      if (Buffer.byteLength(input) > LARGEST_INPUT || !isJson(input))
        throw new ServiceError('InvalidExecutionInput', 'Invalid State Machine Execution Input');
      const { arn, startedAt } = start(machine, name, input);
      return { executionArn: arn, startDate: seconds(startedAt) };
    },
    DescribeExecution({ executionArn: arn }: { readonly executionArn: string }, caller) {
      const execution = executionOf(arn, 'DescribeExecution', caller);
      const { input, output, error, cause } = execution;
      return { ...summary(execution), input, output, error, cause };
    },
    ListExecutions({ stateMachineArn: of, statusFilter, maxResults = 100, nextToken = '0' }: List, caller) {
      const machine = machineOf(of, 'ListExecutions', caller);
      const all = ledger
        .all()
        .filter((one) => one.machine.arn === machine.arn && (!statusFilter || one.status === statusFilter))
        .reverse();
      const from = Number(nextToken);
      const to = from + (maxResults || 100);
      return {
        executions: all.slice(from, to).map(summary),
        nextToken: to < all.length ? String(to) : undefined,
      };
    },
    StopExecution(
      { executionArn: arn, error, cause }: { executionArn: string; error?: string; cause?: string },
      caller,
    ) {
      const execution = executionOf(arn, 'StopExecution', caller);
      execution.end?.({ status: 'ABORTED', error, cause });
      return { stopDate: seconds(execution.stoppedAt) };
    },
    DescribeStateMachine({ stateMachineArn: of }: { readonly stateMachineArn: string }, caller) {
      const { name, definition } = machineOf(of, 'DescribeStateMachine', caller);
      return { stateMachineArn: stateMachineArn(name), name, status: 'ACTIVE', type: 'STANDARD', definition };
    },
  };
  return { service: { target: 'AWSStepFunctions', operations }, ledger };
};
