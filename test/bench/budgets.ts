/**
 * Budgets that belong to no single context. What one context spends on an order stands in `functions/<context>/budgets.ts`. Raising
 * one of these takes a decision record (docs/adr), because every context depends on it.
 */

/** All functions share these: a bundle is mostly the SDK and the platform, which every context imports. */
export const functionBudgets = {
  /** Of a function's minified bundle. `npm test` holds it. */
  bundleKb: 470,
  /** Init of a function with the table, relative to that of a bundle with only the table's client. Only `npm run bench` measures it. */
  initRatio: 1.45,
} as const;

/** The embedded host spends these: one process that serves every context. Only `npm run bench` measures them. */
export const hostBudgets = {
  /** Orders confirmed over HTTP with 8 concurrent customers, and the 99th percentile of POST /v1/orders. */
  minOrdersPerSecond: 100,
  placementP99Ms: 100,
  /**
   * What the heap keeps of an order after its items are deleted: the name of its execution, which the host refuses to reuse for 90
   * days, and the token of its transaction, which it knows for ten minutes. The last executions are kept whole.
   */
  keptBytesPerOrder: 512,
  keptBytesPerExecution: 1_024,
  /**
   * The 95th percentile of a tenant's time to confirmed beside another tenant's load: a multiple of the tenant's time alone in the same run,
   * plus a constant. Slow charges only wait, so they may cost a neighbour almost nothing.
   */
  besideNeighbour: { factor: 2, extraMs: 250 },
  besideSlowCharges: { factor: 1.2, extraMs: 50 },
  /** Orders per second at the end of the soak, relative to the start. */
  minSoakSpeedRatio: 0.7,
} as const;
