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
  // a worker that cannot run keeps its messages waiting, and handles them once it can
  'message waited',
] as const;

export type FaultKind = (typeof faultKinds)[number];
export type FaultCounts = Record<FaultKind, number>;

/** The run goes on until each kind has hit work in progress this often, however long that takes. */
export const minFaultCounts: FaultCounts = {
  'function killed': 10,
  'batch redelivered': 3,
  'events repeated': 5,
  'execution stopped': 2,
  'provider outage': 1,
  'payment unreliable': 10,
  'refund refused': 1,
  'message waited': 1,
};

/** The kinds that have not yet hit work in progress often enough. */
export const findRareKinds = (counts: FaultCounts, kinds: readonly FaultKind[] = faultKinds): readonly FaultKind[] =>
  kinds.filter((kind) => counts[kind] < minFaultCounts[kind]);

export const createFaultCounts = (): FaultCounts =>
  Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as FaultCounts;
