/** One phase of a load profile. `capacityFraction` is the offered rate as a fraction of the host's measured capacity. */
export type Phase = { readonly name: string; readonly durationSeconds: number; readonly capacityFraction: number };

export const loadProfiles: Readonly<Record<string, readonly Phase[]>> = {
  steady: [{ name: 'steady', durationSeconds: 30, capacityFraction: 0.5 }],
  step: [
    { name: 'before', durationSeconds: 15, capacityFraction: 0.25 },
    { name: 'after', durationSeconds: 15, capacityFraction: 0.75 },
  ],
  spike: [
    { name: 'before', durationSeconds: 10, capacityFraction: 0.5 },
    { name: 'overload', durationSeconds: 8, capacityFraction: 2 },
    { name: 'after', durationSeconds: 22, capacityFraction: 0.5 },
  ],
};

/**
 * The generator sends an order at `offsetMs` after the start of the load, even if earlier orders have no response yet (open loop).
 * `phaseIndex` is the position of its phase in the profile.
 */
export type Arrival = { readonly offsetMs: number; readonly phaseIndex: number };

/** Returns the arrivals of all phases. Arrivals within a phase are evenly spaced. */
export const toArrivals = (phases: readonly Phase[], capacityPerSecond: number): readonly Arrival[] => {
  let nextStartMs = 0;
  return phases.flatMap(({ durationSeconds, capacityFraction }, phaseIndex) => {
    const startMs = nextStartMs;
    const durationMs = durationSeconds * 1_000;
    nextStartMs += durationMs;
    const count = Math.round(durationSeconds * capacityFraction * capacityPerSecond);
    return Array.from({ length: count }, (_, n) => ({ offsetMs: startMs + (n / count) * durationMs, phaseIndex }));
  });
};
