import type { Retrier } from './definition.ts';
import { matchesError } from './failure.ts';

/**
 * Returns a function that answers an error with the delay in milliseconds before the next attempt, or undefined if there is none. It
 * counts the attempts of one entry into a state.
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
