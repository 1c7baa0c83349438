/**
 * What one order of three lines may use. Tests and the bench hold it. The figures per order count this context alone; the budget of
 * the whole order flow is the sum over the core contexts. Raising one makes every order slower or dearer: it takes a decision record
 * (docs/adr) of this context. A consumer of an order's events pays from its own budget and never needs to raise this one.
 */
export const budgets = {
  /** State transitions of an order to `confirmed`, and of the longest path to `cancelled`, without retries. */
  happyPathTransitions: 4,
  worstPathTransitions: 10,
  /** Calls of the table in POST /v1/orders, without those for the API key and the open orders, which are cached. */
  tableCallsPerPlacement: 2,
  writeUnitsPerOrder: 5,
  /** With a function's time set to 30 ms. */
  usdPerMillionOrders: 113,
} as const;
