export const modes = ['fails before', 'fails after commit', 'times out', 'runs twice'] as const;
/** What befalls the n-th invocation of a task. */
export type Blow = { readonly task: string; readonly n: number; readonly mode: (typeof modes)[number] };

/** The ways that an order may go, and how each must end whatever befalls its steps. */
export const ways = {
  paid: 'confirmed',
  'out of stock': 'cancelled',
  declined: 'cancelled',
  'paid offline': 'confirmed',
  'payment expired': 'cancelled',
  'cancelled at once': 'cancelled',
  'parked and resumed': 'cancelled',
} as const;
export type Way = keyof typeof ways;

export type Walk = { readonly way: Way; readonly blows: readonly Blow[] };
export type Walked = {
  readonly walk: Walk;
  /** The tasks in the order in which they were first invoked. */
  readonly tasks: readonly string[];
  /** What is wrong in the end; nothing where all is well. */
  readonly wrong: readonly string[];
};
