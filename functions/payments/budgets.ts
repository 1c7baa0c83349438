/**
 * What one order of three lines may use here for its charge. Raising one makes every order dearer: it takes a decision record (docs/adr) of
 * this context.
 */
export const budgets = {
  writeUnitsPerOrder: 2,
  /** With a function's time set to 30 ms. */
  usdPerMillionOrders: 3.2,
} as const;
