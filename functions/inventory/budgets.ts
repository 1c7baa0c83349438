/**
 * What one order of three lines may use here: its holds, their commit and the check of the remaining stock. Raising one makes every
 * order dearer: it takes a decision record (docs/adr) of this context.
 */
export const budgets = {
  writeUnitsPerOrder: 11,
  /** With a function's time set to 30 ms. */
  usdPerMillionOrders: 14,
} as const;
