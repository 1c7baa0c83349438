import { afterLastColon, executionArn, stateMachineArn } from '../arns.ts';
import { authorize, type Caller, type Service, ServiceError } from '../service.ts';
import { createExecutionStore, type Execution, type ExecutionStore } from './executions.ts';
import type { Machine } from './machine.ts';
import { type StepFunctionsOptions, startExecution } from './run.ts';

type Start = { readonly stateMachineArn: string; readonly name?: string; readonly input?: string };
type List = {
  readonly stateMachineArn: string;
  readonly statusFilter?: string;
  readonly maxResults?: number;
  readonly nextToken?: string;
};

const MAX_INPUT_BYTES = 262_144;
const NAME = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u;

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const toSeconds = (timeMs: number | undefined) => (timeMs === undefined ? undefined : timeMs / 1_000);

const toSummary = ({ arn, name, machine, status, startedAtMs, stoppedAtMs }: Execution) => ({
  executionArn: arn,
  name,
  stateMachineArn: machine.arn,
  status,
  startDate: toSeconds(startedAtMs),
  stopDate: toSeconds(stoppedAtMs),
});

/** Step Functions: Standard workflows, interpreted in this process. `executions` gives access to what ran. */
export const createStepFunctions = (
  machines: ReadonlyMap<string, Machine>,
  options: StepFunctionsOptions,
): { readonly service: Service; readonly executions: ExecutionStore } => {
  const executions = createExecutionStore();

  const getMachine = (arn: string, action: string, caller: Caller): Machine => {
    const name = afterLastColon(arn ?? '');
    authorize(caller, action, [name]);
    const machine = machines.get(name);
    if (machine) return machine;
    throw new ServiceError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  };
  const getExecution = (arn: string, action: string, caller: Caller): Execution => {
    authorize(caller, action, [arn]);
    const execution = executions.find(arn);
    if (execution) return execution;
    throw new ServiceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  };

  const start = (machine: Machine, name: string, input: string): Execution => {
    const arn = executionArn(machine.name, name);
    const existing = executions.find(arn);
    if (existing?.status === 'RUNNING' && existing.input === input) return existing;
    if (executions.isNameUsed(arn))
      throw new ServiceError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    const startedAtMs = options.clock.now();
    const execution = executions.add({ arn, name, machine, input, startedAtMs });
    startExecution(execution, options, () => executions.close(execution));
    return execution;
  };

  const operations: Service['operations'] = {
    StartExecution({ stateMachineArn: arn, name = options.newId(), input = '{}' }: Start, caller) {
      const machine = getMachine(arn, 'StartExecution', caller);
      if (!NAME.test(name)) throw new ServiceError('InvalidName', `Invalid Name: '${name}'`);
      if (Buffer.byteLength(input) > MAX_INPUT_BYTES || !isJson(input))
        throw new ServiceError('InvalidExecutionInput', 'Invalid State Machine Execution Input');
      const execution = start(machine, name, input);
      return { executionArn: execution.arn, startDate: toSeconds(execution.startedAtMs) };
    },
    DescribeExecution({ executionArn: arn }: { readonly executionArn: string }, caller) {
      const execution = getExecution(arn, 'DescribeExecution', caller);
      const { input, output, error, cause } = execution;
      return { ...toSummary(execution), input, output, error, cause };
    },
    ListExecutions({ stateMachineArn: arn, statusFilter, maxResults = 100, nextToken = '0' }: List, caller) {
      const machine = getMachine(arn, 'ListExecutions', caller);
      const all = executions
        .all()
        .filter((execution) => execution.machine.arn === machine.arn)
        .filter(({ status }) => !statusFilter || status === statusFilter)
        .reverse();
      const from = Number(nextToken);
      const to = from + (maxResults || 100);
      return {
        executions: all.slice(from, to).map(toSummary),
        nextToken: to < all.length ? String(to) : undefined,
      };
    },
    StopExecution(
      { executionArn: arn, error, cause }: { executionArn: string; error?: string; cause?: string },
      caller,
    ) {
      const execution = getExecution(arn, 'StopExecution', caller);
      execution.end?.({ status: 'ABORTED', error, cause });
      return { stopDate: toSeconds(execution.stoppedAtMs) };
    },
    DescribeStateMachine({ stateMachineArn: arn }: { readonly stateMachineArn: string }, caller) {
      const { name, definition } = getMachine(arn, 'DescribeStateMachine', caller);
      return { stateMachineArn: stateMachineArn(name), name, status: 'ACTIVE', type: 'STANDARD', definition };
    },
  };
  return { service: { targetPrefix: 'AWSStepFunctions', operations }, executions };
};
