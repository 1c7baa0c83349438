import type { Bundle } from './bundle.ts';
import { makeCrew } from './crew.ts';
import { type Kind, kinds } from './faults.ts';
import type { Simulation } from './simulate.ts';
import type { Night, Shrinks, Simulated } from './worker.ts';

export type Failure = Simulated | { readonly seed: number; readonly error: string };
export type Explored = {
  readonly seeds: number;
  readonly orders: number;
  readonly steps: number;
  readonly histories: number;
  /** How often each fault struck something that went on. */
  readonly struck: Readonly<Record<Kind, number>>;
  readonly hashes: ReadonlyMap<number, string>;
  readonly statuses: Readonly<Record<string, number>>;
  readonly failures: readonly Failure[];
};

type Options = Omit<Simulation, 'seed'> & {
  readonly bundle: Bundle;
  readonly from: number;
  /** The most seeds; as many as there is time for by default. */
  readonly seeds?: number;
  /** No seed is begun later. */
  readonly forMs?: number;
  /** The last seed first. */
  readonly backwards?: boolean;
  readonly workers: number;
  readonly shrinks?: Shrinks;
  /** Goes on after a failure until there are so many. */
  readonly mostFailures?: number;
  readonly heard?: (explored: Explored) => void;
};

/** Simulates one seed after the other, on all workers at once. */
export const explore = async (options: Options): Promise<Explored> => {
  const { bundle, from, seeds = Number.POSITIVE_INFINITY, forMs = Number.POSITIVE_INFINITY, ...others } = options;
  const { workers, shrinks = 'faults', mostFailures = 1, backwards = false, heard, ...asked } = others;
  const begun = Date.now();
  const struck = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<Kind, number>;
  const hashes = new Map<number, string>();
  const statuses: Record<string, number> = {};
  const failures: Failure[] = [];
  const sums = { seeds: 0, orders: 0, steps: 0, histories: 0 };
  const explored = (): Explored => ({ ...sums, struck, hashes, statuses, failures });

  function* nights(): Generator<Night> {
    for (let n = 0; n < seeds && Date.now() - begun < forMs; n += 1)
      yield { seed: backwards ? from + seeds - 1 - n : from + n, shrinks, ...asked };
  }
  await makeCrew<Night, Simulated>(bundle.path, workers).work(nights(), ({ seed }, done) => {
    sums.seeds += 1;
    if ('error' in done) {
      failures.push({ seed, ...done });
      return failures.length < mostFailures;
    }
    const { outcome } = done;
    hashes.set(outcome.seed, outcome.hash);
    sums.orders += outcome.orders;
    sums.steps += outcome.steps;
    sums.histories += outcome.histories;
    for (const { kind } of outcome.struck) struck[kind] += 1;
    for (const [status, count] of Object.entries(outcome.statuses)) statuses[status] = (statuses[status] ?? 0) + count;
    if (outcome.violation) failures.push(done);
    heard?.(explored());
    return failures.length < mostFailures;
  });
  return explored();
};
