/**
 * What one order of three lines may use here: one invocation for each of its events at most. The contexts that publish the events pay
 * for them on the bus. Raising one makes every order dearer: it takes a decision record (docs/adr) of this context.
 */
export const budgets = {
  writeUnitsPerOrder: 0,
  /** With a function's time set to 30 ms. */
  usdPerMillionOrders: 1.7,
} as const;
