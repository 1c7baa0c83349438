import { beforeAll, describe, expect, test } from 'vitest';
import { budgets } from './budgets.ts';
import { costOf, sumOf } from './meter.ts';
import { type Path, paths, walkPath } from './paths.ts';

/** Time is no count: every invocation is taken to last so long. */
const FUNCTION_MS = 30;
/** The customer's mail is no part of the order's way. */
const MAIL_UNITS = 2;

type Walked = Awaited<ReturnType<typeof walkPath>>;

describe('what an order costs', () => {
  const walked = new Map<Path, Walked>();
  const of = (path: Path) => walked.get(path) as Walked;

  beforeAll(async () => {
    for (const path of Object.keys(paths) as Path[]) walked.set(path, await walkPath(path, FUNCTION_MS));
  }, 60_000);

  test('transitions of the happy path', () => {
    expect(of('confirmed').counts['state transitions']).toBeLessThanOrEqual(budgets.happyTransitions);
  });

  test.each(Object.keys(paths) as Path[])('transitions of every way together: %s', (path) => {
    expect(Math.max(...of(path).executions)).toBeLessThanOrEqual(budgets.happyTransitions + 1);
    const orders = path === 'refund refused, then resumed' ? 2 : 1;
    expect(of(path).counts['state transitions']).toBeLessThanOrEqual(budgets.worstTransitions * orders);
  });

  test('write units to confirmed', () => {
    expect(of('confirmed').counts['write units'] - MAIL_UNITS).toBeLessThanOrEqual(budgets.writeUnits);
  });

  test('calls of the table in POST /v1/orders', () => {
    expect(of('confirmed').calls.get('breakwater-dev-orders-write')).toBeLessThanOrEqual(budgets.callsOfPlacing);
  });

  test('a million orders', () => {
    expect(sumOf(costOf(of('confirmed').counts))).toBeLessThanOrEqual(budgets.costOfAMillion);
  });
});
