/**
 * What one order of three lines may use here for its customer's mail. This context is not core: what it spends does not count against
 * the order, and its maintainers may raise these budgets in an ordinary review.
 */
export const budgets = {
  writeUnitsPerOrder: 2,
  /** With a function's time set to 30 ms. */
  usdPerMillionOrders: 4,
} as const;
