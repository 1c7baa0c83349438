import { percentile } from '../statistics.ts';
import type { Arrival, Phase } from './load-profiles.ts';
import type { Outcome } from './open-loop.ts';
import type { OrderHistory } from './order-history.ts';

export type PhaseLoad = {
  readonly phase: string;
  readonly seconds: number;
  readonly offeredPerSecond: number;
  readonly goodputPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
} & Readonly<Record<Outcome['kind'], number>>;

/** The number of accepted orders that the list of orders does not have. */
export const countLost = (outcomes: readonly Outcome[], orders: readonly OrderHistory[]): number => {
  const listed = new Set(orders.map(({ id }) => id));
  return outcomes.filter((outcome) => outcome.kind === 'accepted' && !listed.has(outcome.id)).length;
};

type LoadRecord = {
  readonly phases: readonly Phase[];
  readonly arrivals: readonly Arrival[];
  /** The nth outcome is that of the nth arrival. */
  readonly outcomes: readonly Outcome[];
  readonly orders: readonly OrderHistory[];
};

/** Counts outcomes in the phase of their arrival, and confirmed orders in the phase of their confirmation. */
export const toPhaseLoads = ({ phases, arrivals, outcomes, orders }: LoadRecord): readonly PhaseLoad[] => {
  let endMs = 0;
  return phases.map(({ name, durationSeconds: seconds }, phaseIndex) => {
    const startMs = endMs;
    endMs += seconds * 1_000;
    const phaseOutcomes = outcomes.filter((_, n) => arrivals[n]?.phaseIndex === phaseIndex);
    const count = (kind: Outcome['kind']) => phaseOutcomes.filter((outcome) => outcome.kind === kind).length;
    const latenciesMs = phaseOutcomes.flatMap((outcome) => (outcome.kind === 'accepted' ? outcome.ms : []));
    const confirmed = orders.filter(
      ({ status, endedAt = -1 }) => status === 'confirmed' && endedAt >= startMs && endedAt < endMs,
    );
    return {
      ...{ phase: name, seconds },
      ...{ offeredPerSecond: phaseOutcomes.length / seconds, goodputPerSecond: confirmed.length / seconds },
      ...{ p50Ms: percentile(latenciesMs, 0.5), p99Ms: percentile(latenciesMs, 0.99) },
      ...{ accepted: count('accepted'), refused: count('refused'), failed: count('failed'), unsent: count('unsent') },
    };
  });
};
