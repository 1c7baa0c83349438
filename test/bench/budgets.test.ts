import { beforeAll, describe, expect, test } from 'vitest';
import { budgets as orderBudgets } from '#orders/budgets';
import { contextBudgets, coreContexts, orderFlowBudgets } from './context-budgets.ts';
import type { MeteredOrder } from './cost/meter.ts';
import { meterPath, type PathName, pathNames, warmUp } from './cost/paths.ts';
import { addSpending, createSpending, priceOf } from './cost/spending.ts';

/** Durations vary from run to run, so every invocation counts for this long. */
const FUNCTION_MS = 30;

describe('what an order costs', () => {
  const metered = new Map<PathName, MeteredOrder>();
  const getMetered = (path: PathName) => metered.get(path) as MeteredOrder;
  const spendingOf = (context: string) => getMetered('confirmed').byContext[context] ?? createSpending();

  beforeAll(async () => {
    await warmUp();
    for (const path of pathNames) metered.set(path, await meterPath(path, { functionMs: FUNCTION_MS }));
  });

  test.each(pathNames)('state transitions of the path: %s', (path) => {
    const executions = getMetered(path).executions.filter(({ context }) => coreContexts.includes(context));
    const transitions = executions.map((execution) => execution.transitions);
    expect(transitions.length).toBeGreaterThan(0);
    expect(Math.max(...transitions)).toBeLessThanOrEqual(orderBudgets.happyPathTransitions + 1);
    // one saga forward and one back; what the sweeper or an operator restarts comes on top
    const [forward = 0, back = 0] = transitions;
    expect(forward + back).toBeLessThanOrEqual(orderBudgets.worstPathTransitions);
    if (path === 'confirmed') expect(forward).toBeLessThanOrEqual(orderBudgets.happyPathTransitions);
  });

  // red if the verdict on open orders is read for each order
  test('calls of the table in POST /v1/orders', () => {
    const { 'orders-write': placing = createSpending() } = getMetered('confirmed').byFunction;
    expect(placing['table calls']).toBeGreaterThan(0);
    expect(placing['table calls']).toBeLessThanOrEqual(orderBudgets.tableCallsPerPlacement);
  });

  test.each([...contextBudgets])('a confirmed order in %s', (context, { writeUnitsPerOrder, usdPerMillionOrders }) => {
    const spending = spendingOf(context);
    expect(priceOf(spending)).toBeGreaterThan(0);
    expect(spending['write units']).toBeLessThanOrEqual(writeUnitsPerOrder);
    expect(priceOf(spending)).toBeLessThanOrEqual(usdPerMillionOrders);
  });

  test('every context that spends on an order has a budget of its own', () => {
    const spenders = new Set([...metered.values()].flatMap(({ byContext }) => Object.keys(byContext)));
    expect([...spenders].filter((context) => !contextBudgets.has(context))).toEqual([]);
  });

  test('the order flow as a whole, of which non-core contexts are no part', () => {
    const core = addSpending(coreContexts.map(spendingOf));
    expect(coreContexts).not.toContain('notifications');
    expect(orderFlowBudgets.writeUnitsPerOrder).toBe(18);
    expect(core['write units']).toBeLessThanOrEqual(orderFlowBudgets.writeUnitsPerOrder);
    expect(priceOf(core)).toBeLessThanOrEqual(orderFlowBudgets.usdPerMillionOrders);
  });
});
