import { percentile } from '../percentile.ts';
import type { Outcome } from './open-loop.ts';
import type { Placed } from './placed.ts';
import type { Arrival, Phase } from './shapes.ts';

export type PhaseLoad = {
  readonly phase: string;
  readonly seconds: number;
  readonly offeredPerSecond: number;
  readonly goodputPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
} & Readonly<Record<Outcome['is'], number>>;

/** How many orders were accepted, but are none. */
export const lostOf = (outcomes: readonly Outcome[], orders: readonly Placed[]): number => {
  const known = new Set(orders.map(({ id }) => id));
  return outcomes.filter((one) => one.is === 'accepted' && !known.has(one.id)).length;
};

/** What came in each phase and became of it; orders count as confirmed in the phase in which they were. */
export const phaseLoads = (
  phases: readonly Phase[],
  arrivals: readonly Arrival[],
  outcomes: readonly Outcome[],
  orders: readonly Placed[],
): readonly PhaseLoad[] => {
  let endMs = 0;
  return phases.map(({ name, seconds }, phase) => {
    const beginMs = endMs;
    endMs += seconds * 1_000;
    const own = outcomes.filter((_, n) => arrivals[n]?.phase === phase);
    const count = (is: Outcome['is']) => own.filter((one) => one.is === is).length;
    const took = own.flatMap((one) => (one.is === 'accepted' ? one.ms : []));
    const confirmed = orders.filter(
      ({ status, endedAt = -1 }) => status === 'confirmed' && endedAt >= beginMs && endedAt < endMs,
    );
    return {
      ...{ phase: name, seconds, offeredPerSecond: own.length / seconds, goodputPerSecond: confirmed.length / seconds },
      ...{ p50Ms: percentile(took, 0.5), p99Ms: percentile(took, 0.99) },
      ...{ accepted: count('accepted'), refused: count('refused'), failed: count('failed'), unsent: count('unsent') },
    };
  });
};
