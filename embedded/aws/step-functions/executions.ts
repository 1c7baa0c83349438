import type { Machine } from './machine.ts';

export type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

export type Outcome = {
  readonly status: Exclude<Status, 'RUNNING'>;
  readonly output?: string;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
};

export type Execution = {
  readonly arn: string;
  readonly name: string;
  readonly machine: Machine;
  readonly input: string;
  readonly startedAtMs: number;
  status: Status;
  stoppedAtMs?: number;
  output?: string | undefined;
  error?: string | undefined;
  cause?: string | undefined;
  /** Billed state transitions: one for the start and one for each state entered. */
  transitions: number;
  /** Each retry is billed as a transition as well. It is not part of `transitions`. */
  retries: number;
  /** Attempts of tasks that failed, and Fail states. With the level ERROR, AWS logs each. */
  failures: number;
  /** Ends the execution early. Present only while it runs. */
  end?: ((outcome: Outcome) => void) | undefined;
};

/** How many closed executions can still be described. */
const MAX_CLOSED_EXECUTIONS = 10_000;
/** How many used names are kept and rejected for new executions. AWS keeps them for 90 days. */
const MAX_USED_NAMES = 1_000_000;

export type ExecutionStore = ReturnType<typeof createExecutionStore>;

const dropOldest = (kept: Set<string>, maxSize: number): string | undefined => {
  if (kept.size <= maxSize) return undefined;
  const [oldest] = kept;
  if (oldest !== undefined) kept.delete(oldest);
  return oldest;
};

/** Every running execution, and the latest ones that have finished. */
export const createExecutionStore = () => {
  const executions = new Map<string, Execution>();
  const closed = new Set<string>();
  const usedNames = new Set<string>();
  return {
    find: (arn: string): Execution | undefined => executions.get(arn),
    isNameUsed: (arn: string): boolean => usedNames.has(arn),
    all: (): Execution[] => [...executions.values()],
    add(started: Pick<Execution, 'arn' | 'name' | 'machine' | 'input' | 'startedAtMs'>): Execution {
      const execution: Execution = { ...started, status: 'RUNNING', transitions: 1, retries: 0, failures: 0 };
      executions.set(execution.arn, execution);
      usedNames.add(execution.arn);
      dropOldest(usedNames, MAX_USED_NAMES);
      return execution;
    },
    close({ arn }: Execution) {
      closed.add(arn);
      const dropped = dropOldest(closed, MAX_CLOSED_EXECUTIONS);
      if (dropped !== undefined) executions.delete(dropped);
    },
  };
};
