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
  readonly startedAt: number;
  status: Status;
  stoppedAt?: number;
  output?: string | undefined;
  error?: string | undefined;
  cause?: string | undefined;
  /** State transitions as they are billed: one for the start and one for each state entered. */
  transitions: number;
  /** Each is billed as a transition too, but counted apart. */
  retries: number;
  /** Ends it before its time; there only while it runs. */
  end?: ((outcome: Outcome) => void) | undefined;
};

/** How many closed executions can still be described. */
const CLOSED_KEPT = 10_000;
/** How many names of executions are refused to new ones: AWS keeps them 90 days, one process the last of this many. */
const NAMES_KEPT = 1_000_000;

export type Ledger = ReturnType<typeof makeLedger>;

const dropOldest = (kept: Set<string>, most: number): string | undefined => {
  if (kept.size <= most) return undefined;
  const [oldest] = kept;
  if (oldest !== undefined) kept.delete(oldest);
  return oldest;
};

/** Every execution that runs, and the last of those that have ended. */
export const makeLedger = () => {
  const executions = new Map<string, Execution>();
  const closed = new Set<string>();
  const known = new Set<string>();
  return {
    find: (arn: string): Execution | undefined => executions.get(arn),
    knows: (arn: string): boolean => known.has(arn),
    all: (): Execution[] => [...executions.values()],
    add(begun: Pick<Execution, 'arn' | 'name' | 'machine' | 'input' | 'startedAt'>): Execution {
      const execution: Execution = { ...begun, status: 'RUNNING', transitions: 1, retries: 0 };
      executions.set(execution.arn, execution);
      known.add(execution.arn);
      dropOldest(known, NAMES_KEPT);
      return execution;
    },
    close({ arn }: Execution) {
      closed.add(arn);
      const dropped = dropOldest(closed, CLOSED_KEPT);
      if (dropped !== undefined) executions.delete(dropped);
    },
  };
};
