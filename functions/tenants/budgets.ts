/**
 * What one order of three lines may use here: the authorizer in front of its request. Raising one makes every request dearer: it takes a
 * decision record (docs/adr) of this context.
 */
export const budgets = {
  /** The last use of a key is recorded with one unit an hour, however many orders are placed with it. */
  writeUnitsPerOrder: 0,
  /** With a function's time set to 30 ms. */
  usdPerMillionOrders: 0.6,
} as const;
