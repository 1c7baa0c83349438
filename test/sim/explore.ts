import type { Bundle } from './bundle.ts';
import { type Kind, kinds } from './faults.ts';
import type { Waits } from './overtaking.ts';
import { READ_ACTS, type ReadAct } from './readers.ts';
import type { Simulation } from './simulate.ts';
import type { RunJob, RunResult, ShrinkMode } from './worker.ts';
import { createWorkerPool } from './worker-pool.ts';

export type Failure = RunResult | { readonly seed: number; readonly error: string };
export type Explored = {
  readonly seeds: number;
  readonly orders: number;
  readonly steps: number;
  readonly histories: number;
  /** How often each kind of fault struck something live. */
  readonly struck: Readonly<Record<Kind, number>>;
  /** How often each read found something to read, and was answered. */
  readonly reads: Readonly<Record<ReadAct, number>>;
  /** The worst of all runs. */
  readonly waits: Waits;
  readonly hashes: ReadonlyMap<number, string>;
  readonly statuses: Readonly<Record<string, number>>;
  readonly failures: readonly Failure[];
};

type Options = Omit<Simulation, 'seed'> & {
  readonly bundle: Bundle;
  readonly from: number;
  /** The number of seeds. */
  readonly seeds: number;
  /** Starts with the last seed. */
  readonly backwards?: boolean;
  readonly workers: number;
  /** Default `faults`. */
  readonly shrink?: ShrinkMode;
  /** Ends after this many failures. Default 1. */
  readonly maxFailures?: number;
  readonly onProgress?: (explored: Explored) => void;
};

/** Simulates consecutive seeds on several workers. */
export const explore = async (options: Options): Promise<Explored> => {
  const { bundle, from, seeds, ...others } = options;
  const { workers, shrink = 'faults', maxFailures = 1, backwards = false, onProgress, ...simulation } = others;
  const struck = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<Kind, number>;
  const reads = Object.fromEntries(READ_ACTS.map((act) => [act, 0])) as Record<ReadAct, number>;
  const hashes = new Map<number, string>();
  const statuses: Record<string, number> = {};
  const failures: Failure[] = [];
  const sums = { seeds: 0, orders: 0, steps: 0, histories: 0 };
  const waits = { overtaking: 0, waitedFor: 0 };
  const explored = (): Explored => ({ ...sums, waits, struck, reads, hashes, statuses, failures });

  function* jobs(): Generator<RunJob> {
    for (let n = 0; n < seeds; n += 1)
      yield { seed: backwards ? from + seeds - 1 - n : from + n, shrink, ...simulation };
  }
  await createWorkerPool<RunJob, RunResult>(bundle.path, workers).run(jobs(), ({ seed }, result) => {
    sums.seeds += 1;
    if ('error' in result) {
      failures.push({ seed, ...result });
      return failures.length < maxFailures;
    }
    const { outcome } = result;
    hashes.set(outcome.seed, outcome.hash);
    sums.orders += outcome.orders;
    sums.steps += outcome.steps;
    sums.histories += outcome.histories;
    for (const name of ['overtaking', 'waitedFor'] as const) waits[name] = Math.max(waits[name], outcome.waits[name]);
    for (const { kind } of outcome.struck) struck[kind] += 1;
    for (const act of READ_ACTS) reads[act] += outcome.reads[act];
    for (const [status, count] of Object.entries(outcome.statuses)) statuses[status] = (statuses[status] ?? 0) + count;
    if (outcome.violation) failures.push(result);
    onProgress?.(explored());
    return failures.length < maxFailures;
  });
  return explored();
};
