import type { Retrier } from './definition.ts';
import { matches } from './failure.ts';

/** How long to wait before the state is tried again, or undefined where it is not. Keeps count for one entry into a state. */
export const retriesOf = (retriers: readonly Retrier[] = [], random: () => number) => {
  const counts = new Map<Retrier, number>();
  return (error: string): number | undefined => {
    // the first that names the error decides, also when it has no attempts left
    const retrier = retriers.find(({ ErrorEquals }) => matches(ErrorEquals, error));
    if (!retrier) return undefined;
    const made = counts.get(retrier) ?? 0;
    if (made >= (retrier.MaxAttempts ?? 3)) return undefined;
    counts.set(retrier, made + 1);
    const {
      IntervalSeconds = 1,
      BackoffRate = 2,
      MaxDelaySeconds = Number.POSITIVE_INFINITY,
      JitterStrategy,
    } = retrier;
    const seconds = Math.min(IntervalSeconds * BackoffRate ** made, MaxDelaySeconds);
    return Math.ceil(seconds * 1_000 * (JitterStrategy === 'FULL' ? random() : 1));
  };
};
