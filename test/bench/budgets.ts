/** The figures of the design that are counts: `npm test` fails when one is exceeded. Times and memory are measured by `npm run bench` alone. */
export const budgets = {
  /** State transitions of an order to `confirmed`, and of the longest unwinding; retries apart. */
  happyTransitions: 4,
  worstTransitions: 10,
  /**
   * Write units of an order of three lines to `confirmed`, its customer's mail apart. The design allows 20; docs/table.md has the 18
   * one by one, and this is that ratchet.
   */
  writeUnits: 18,
  /** Calls of the table in POST /v1/orders, that of the key apart, which is remembered. */
  callsOfPlacing: 2,
  /** USD for a million orders to `confirmed`, with a function's time set to 30 ms. */
  costOfAMillion: 140,
  /** KB of a function's bundle, minified. */
  bundleKb: 470,
  /** Init of a function with the table, of that of a bundle with its client alone. */
  initRatio: 1.45,
  /** Orders confirmed in a second over HTTP with 8 at once, and the 99th percentile of POST in ms. */
  ordersPerSecond: 100,
  p99Ms: 100,
  /**
   * Bytes of the heap that an order leaves behind once the table has forgotten it: the name of its execution, which is not given
   * again for 90 days, and the token of its transaction, which is known for ten minutes. The last executions are kept whole.
   */
  keptPerOrder: 512,
  keptPerExecution: 1_024,
  /** Orders a second at the end of the soak, as a part of those at its begin. */
  soakSpeedKept: 0.7,
} as const;
