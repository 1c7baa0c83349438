/**
 * What one order of three lines may use here for its customer's mail: two writes of the delivery, and one of the mailbox's allowance. This context is not core: what it spends does not count against
 * the order, and its maintainers may raise these budgets in an ordinary review.
 */
export const budgets = {
  writeUnitsPerOrder: 3,
  /** With a function's time set to 30 ms. */
  usdPerMillionOrders: 4.65,
} as const;
