import { type Instant, later } from '#shared/kernel';

/**
 * What is known of a provider's health. Open until its cool-down is over, then one probe at a time is let through. Every opening,
 * probe and closing begins a generation, and what a call of an old one has to tell is not listened to.
 */
export type Breaker = {
  readonly status: 'closed' | 'open' | 'probing';
  readonly generation: number;
  /** While closed: when calls failed, as far back as the window reaches; ascending but for clocks that differ. */
  readonly failures: readonly Instant[];
  /** While open the end of the cool-down, while probing that of the lease. */
  readonly until?: Instant;
  readonly version: number;
};

export type BreakerLimits = {
  readonly failures: number;
  readonly windowMs: number;
  readonly coolDownMs: number;
  readonly probeLeaseMs: number;
};

/** Nothing has failed yet, and nothing is stored. */
export const healthy: Breaker = { status: 'closed', generation: 0, failures: [], version: 0 };

/** Whether calls are to be kept back at that time. Where they are not and it is not closed, one may go as a probe. */
export const isOpen = ({ status, until }: Breaker, at: Instant): boolean =>
  status !== 'closed' && until !== undefined && at < until;

/** One call is let through, to learn whether the provider is back. A probe whose lease is over counts no more. */
export const probing = (breaker: Breaker, at: Instant, { probeLeaseMs }: BreakerLimits): Breaker =>
  begun(breaker, { status: 'probing', until: later(at, probeLeaseMs) });

/** A call of that generation failed. */
export const failed = (breaker: Breaker, generation: number, at: Instant, limits: BreakerLimits): Breaker => {
  if (generation !== breaker.generation) return breaker;
  const from = later(at, -limits.windowMs);
  const failures = [...breaker.failures.filter((failure) => failure > from), at];
  const opens = breaker.status !== 'closed' || failures.length >= limits.failures;
  if (opens) return begun(breaker, { status: 'open', until: later(at, limits.coolDownMs) });
  return { ...breaker, failures, version: breaker.version + 1 };
};

/** A call of that generation got a clear answer, which is news only of a probe. */
export const succeeded = (breaker: Breaker, generation: number): Breaker =>
  breaker.status === 'probing' && generation === breaker.generation ? begun(breaker, { status: 'closed' }) : breaker;

const begun = ({ generation, version }: Breaker, next: Pick<Breaker, 'status' | 'until'>): Breaker => ({
  ...next,
  generation: generation + 1,
  failures: [],
  version: version + 1,
});
