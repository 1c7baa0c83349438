/** So long, so much of what the machine can do. */
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

/** An order that comes at this time from the begin of the load, whatever has become of those before it. */
export type Arrival = { readonly atMs: number; readonly phase: number };

/** The arrivals of all phases, evenly spaced in each. */
export const arrivals = (phases: readonly Phase[], capacity: number): readonly Arrival[] => {
  let beginMs = 0;
  return phases.flatMap(({ seconds, share }, phase) => {
    const begin = beginMs;
    beginMs += seconds * 1_000;
    const count = Math.round(seconds * share * capacity);
    return Array.from({ length: count }, (_, n) => ({ atMs: begin + (n / count) * seconds * 1_000, phase }));
  });
};
