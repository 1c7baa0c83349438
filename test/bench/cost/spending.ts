import type { Manifest } from '#platform/manifest';
import { median } from '../statistics.ts';
import { type Item, items, prices } from './prices.ts';

/** Measures without a price: calls of the table, and the part of the write units that indexes used. */
const UNPRICED = ['table calls', 'index units'] as const;
const measures = [...items, ...UNPRICED];
export type Measure = Item | (typeof UNPRICED)[number];

/** Counts of what was used on behalf of one order. */
export type Spending = Readonly<Record<Measure, number>>;

export const createSpending = (): Record<Measure, number> =>
  Object.fromEntries(measures.map((measure) => [measure, 0])) as Record<Measure, number>;

const combine = (all: readonly Spending[], reduce: (values: readonly number[]) => number): Spending =>
  Object.fromEntries(
    measures.map((measure) => [measure, reduce(all.map((spending) => spending[measure]))]),
  ) as Spending;

export const addSpending = (all: readonly Spending[]): Spending =>
  combine(all, (values) => values.reduce((sum, value) => sum + value, 0));
export const medianSpending = (all: readonly Spending[]): Spending => combine(all, median);

/** USD by item for a million orders that each use this. */
export const priceByItem = (spending: Spending): Readonly<Record<Item, number>> =>
  Object.fromEntries(items.map((item) => [item, spending[item] * prices[item]])) as Record<Item, number>;

/** USD for a million orders that each use this. */
export const priceOf = (spending: Spending): number =>
  Object.values(priceByItem(spending)).reduce((sum, usd) => sum + usd, 0);

/** What the core contexts used: those that must work for an order to go on. */
export const addCoreSpending = (
  byContext: Readonly<Record<string, Spending>>,
  contexts: readonly Manifest[],
): Spending =>
  addSpending(contexts.flatMap(({ context, core }) => (core && byContext[context] ? [byContext[context]] : [])));
