import { addMs, type Instant } from '#platform/kernel';

/**
 * A circuit breaker: what is known of a provider's health. It is open for a while and then lets one probe at a time through. Every
 * opening, probe and closing starts a generation, and results of calls of an older generation are ignored.
 */
export type Breaker = {
  readonly status: 'closed' | 'open' | 'probing';
  readonly generation: number;
  /** While closed: when calls failed, within the window; ascending, except for differences between clocks. */
  readonly failures: readonly Instant[];
  /** While open: when the next probe may start. While probing: when the probe's lease ends. */
  readonly until?: Instant | undefined;
  readonly version: number;
};

export type BreakerLimits = {
  /** This many failures within the window open the breaker. */
  readonly failures: number;
  readonly windowMs: number;
  readonly openDurationMs: number;
  readonly probeLeaseMs: number;
};

/** Nothing has failed yet, and nothing is stored. */
export const closedBreaker: Breaker = { status: 'closed', generation: 0, failures: [], version: 0 };

/** Whether calls are blocked at that time. A breaker that is neither open nor closed lets one call through as a probe. */
export const isOpen = ({ status, until }: Breaker, at: Instant): boolean =>
  status !== 'closed' && until !== undefined && at < until;

/** Lets one call through, to learn whether the provider is back. A probe whose lease has ended no longer counts. */
export const startProbe = (breaker: Breaker, at: Instant, { probeLeaseMs }: BreakerLimits): Breaker =>
  nextGeneration(breaker, { status: 'probing', until: addMs(at, probeLeaseMs) });

/** A call of that generation failed. */
export const recordFailure = (
  breaker: Breaker,
  { generation, at }: { readonly generation: number; readonly at: Instant },
  limits: BreakerLimits,
): Breaker => {
  if (generation !== breaker.generation) return breaker;
  const windowStart = addMs(at, -limits.windowMs);
  const failures = [...breaker.failures.filter((failure) => failure > windowStart), at];
  const opens = breaker.status !== 'closed' || failures.length >= limits.failures;
  if (opens) return nextGeneration(breaker, { status: 'open', until: addMs(at, limits.openDurationMs) });
  return { ...breaker, failures, version: breaker.version + 1 };
};

/** A call of that generation got a definite answer, which only matters for a probe. */
export const recordSuccess = (breaker: Breaker, generation: number): Breaker =>
  breaker.status === 'probing' && generation === breaker.generation
    ? nextGeneration(breaker, { status: 'closed' })
    : breaker;

const nextGeneration = ({ generation, version }: Breaker, next: Pick<Breaker, 'status' | 'until'>): Breaker => ({
  ...next,
  generation: generation + 1,
  failures: [],
  version: version + 1,
});
