export const stepFaultModes = ['fails before', 'fails after commit', 'times out', 'runs twice'] as const;
/** A fault of the n-th invocation of a saga's task, from 0. */
export type StepFault = { readonly task: string; readonly n: number; readonly mode: (typeof stepFaultModes)[number] };

/** The scenarios of an order, each with the final status that it must reach whatever happens to its steps. */
export const scenarios = {
  paid: 'confirmed',
  'out of stock': 'cancelled',
  declined: 'cancelled',
  'paid offline': 'confirmed',
  'payment expired': 'cancelled',
  'cancelled at once': 'cancelled',
  'parked and resumed': 'cancelled',
  'waits and is charged': 'confirmed',
  'unprocessable, repaired and resumed': 'confirmed',
} as const;
export type Scenario = keyof typeof scenarios;

export type ScenarioCase = { readonly scenario: Scenario; readonly stepFaults: readonly StepFault[] };
export type ScenarioResult = {
  readonly case: ScenarioCase;
  /** The tasks in the order of their first invocations. */
  readonly tasks: readonly string[];
  /** What is wrong at the end of the case; empty if all is well. */
  readonly problems: readonly string[];
};
