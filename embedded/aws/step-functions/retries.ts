import type { Retrier } from './definition.ts';
import { matchesError } from './failure.ts';

/**
 * Creates the retry policy for one entry into a state. It returns the delay before the next attempt after an error, in milliseconds,
 * or undefined if there is no further attempt.
 */
export const createRetryPolicy = (retriers: readonly Retrier[] = [], random: () => number) => {
  const counts = new Map<Retrier, number>();
  return (error: string): number | undefined => {
    // the first retrier that matches the error decides, even when it has no attempts left
    const retrier = retriers.find(({ ErrorEquals }) => matchesError(ErrorEquals, error));
    if (!retrier) return undefined;
    const attempts = counts.get(retrier) ?? 0;
    if (attempts >= (retrier.MaxAttempts ?? 3)) return undefined;
    counts.set(retrier, attempts + 1);
    const {
      IntervalSeconds = 1,
      BackoffRate = 2,
      MaxDelaySeconds = Number.POSITIVE_INFINITY,
      JitterStrategy,
    } = retrier;
    const seconds = Math.min(IntervalSeconds * BackoffRate ** attempts, MaxDelaySeconds);
    return Math.ceil(seconds * 1_000 * (JitterStrategy === 'FULL' ? random() : 1));
  };
};
