import { beforeAll, describe, expect, test } from 'vitest';
import { budgets } from './budgets.ts';
import { type Counted, costOf, sumOf } from './cost/meter.ts';
import { type Path, paths, walkPath, warmUp } from './cost/paths.ts';

/** Time is no count: every invocation is taken to last so long. */
const FUNCTION_MS = 30;
/** The customer's mail is no part of the order's way. */
const MAIL_UNITS = 2;

describe('what an order costs', () => {
  const walked = new Map<Path, Counted>();
  const of = (path: Path) => walked.get(path) as Counted;

  beforeAll(async () => {
    await warmUp();
    for (const path of Object.keys(paths) as Path[]) walked.set(path, await walkPath(path, FUNCTION_MS));
  }, 60_000);

  test('transitions of the happy path', () => {
    expect(of('confirmed').counts['state transitions']).toBeLessThanOrEqual(budgets.happyTransitions);
  });

  test.each(Object.keys(paths) as Path[])('transitions of every way: %s', (path) => {
    const { executions } = of(path);
    expect(executions.length).toBeGreaterThan(0);
    expect(Math.max(...executions)).toBeLessThanOrEqual(budgets.happyTransitions + 1);
    // one saga on, one back; what the sweeper or an operator starts anew comes on top
    const [on = 0, back = 0] = executions;
    expect(on + back).toBeLessThanOrEqual(budgets.worstTransitions);
  });

  test('write units to confirmed', () => {
    expect(of('confirmed').counts['write units'] - MAIL_UNITS).toBeLessThanOrEqual(budgets.writeUnits);
  });

  test('calls of the table in POST /v1/orders', () => {
    expect(of('confirmed').byFunction.get('orders-write')?.calls).toBeLessThanOrEqual(budgets.callsOfPlacing);
  });

  test('a million orders', () => {
    expect(sumOf(costOf(of('confirmed').counts))).toBeLessThanOrEqual(budgets.costOfAMillion);
  });
});
