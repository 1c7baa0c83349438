/** The faults of the run. Each must hit work in progress, or the run proves nothing about it. */
export const faultKinds = [
  'function killed',
  // the batch of a worker that died is delivered again
  'batch redelivered',
  'events repeated',
  'execution stopped',
  'provider outage',
  'payment unreliable',
  'refund refused',
  'dead letter redriven',
] as const;

export type FaultKind = (typeof faultKinds)[number];
export type FaultCounts = Record<FaultKind, number>;

export const createFaultCounts = (): FaultCounts =>
  Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as FaultCounts;
