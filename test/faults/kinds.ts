/** What goes wrong in the fault run. Each must strike something live, or the run proves nothing of it. */
export const kinds = [
  'function killed',
  // a worker that died before its batch was done gets it again
  'batch redelivered',
  'events repeated',
  'execution stopped',
  'provider outage',
  'payment troubled',
  'refund refused',
  'dead letter redriven',
] as const;

export type Kind = (typeof kinds)[number];
export type Struck = Record<Kind, number>;

export const nothingStruck = (): Struck => Object.fromEntries(kinds.map((kind) => [kind, 0])) as Struck;
