/** A part of a load. `share` is the offered rate relative to the capacity of the machine. */
export type Phase = { readonly name: string; readonly seconds: number; readonly share: number };

export const shapes: Readonly<Record<string, readonly Phase[]>> = {
  steady: [{ name: 'steady', seconds: 30, share: 0.5 }],
  step: [
    { name: 'before', seconds: 15, share: 0.25 },
    { name: 'after', seconds: 15, share: 0.75 },
  ],
  spike: [
    { name: 'before', seconds: 10, share: 0.5 },
    { name: 'overload', seconds: 8, share: 2 },
    { name: 'after', seconds: 22, share: 0.5 },
  ],
};

/** An order that arrives at this time from the start of the load, whether or not earlier ones are answered. */
export type Arrival = { readonly atMs: number; readonly phase: number };

/** The arrivals of all phases, evenly spaced within each. */
export const createArrivals = (phases: readonly Phase[], capacityPerSecond: number): readonly Arrival[] => {
  let nextStartMs = 0;
  return phases.flatMap(({ seconds, share }, phase) => {
    const startMs = nextStartMs;
    nextStartMs += seconds * 1_000;
    const count = Math.round(seconds * share * capacityPerSecond);
    return Array.from({ length: count }, (_, n) => ({ atMs: startMs + (n / count) * seconds * 1_000, phase }));
  });
};
