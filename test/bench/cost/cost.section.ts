import { barChart } from '../chart.ts';
import { contextBudgets, coreContexts } from '../context-budgets.ts';
import { formatCount, formatUsd, markdownTable } from '../format.ts';
import type { Section } from '../section.ts';
import type { MeteredOrder } from './meter.ts';
import { ceilingOf, sharedPartitions } from './partitions.ts';
import { meterPath, type PathName, pathNames, warmUp } from './paths.ts';
import { items } from './prices.ts';
import { addSpending, createSpending, medianSpending, priceByItem, priceOf, type Spending } from './spending.ts';

export type PathCost = MeteredOrder & {
  readonly path: PathName;
  /** The sum over all contexts, core or not. */
  readonly counts: Spending;
  readonly usd: Readonly<Record<string, number>>;
};

const REPEATS = 5;

const medianByContext = (orders: readonly MeteredOrder[]): MeteredOrder['byContext'] => {
  const contexts = new Set(orders.flatMap(({ byContext }) => Object.keys(byContext)));
  return Object.fromEntries(
    [...contexts].map((context) => [
      context,
      medianSpending(orders.map(({ byContext }) => byContext[context] ?? createSpending())),
    ]),
  );
};

/** Counts do not vary. A function's duration does: its cost is the median of some orders after a first one, which warms the code up. */
const meterAllPaths = async (repeats: number): Promise<readonly PathCost[]> => {
  const costs: PathCost[] = [];
  await warmUp();
  for (const path of pathNames) {
    const orders: MeteredOrder[] = [];
    for (let n = 0; n <= repeats; n += 1) orders.push(await meterPath(path));
    const { executions, byFunction, byPartition } = orders.at(-1) as MeteredOrder;
    const byContext = medianByContext(orders.slice(1));
    const counts = addSpending(Object.values(byContext));
    costs.push({ path, counts, usd: priceByItem(counts), executions, byContext, byFunction, byPartition });
  }
  return costs;
};

const functionTable = ({ byFunction }: PathCost) =>
  markdownTable(
    ['function of a confirmed order', 'invocations', 'table calls', 'write units', 'read units'],
    Object.entries(byFunction).map(([id, spending]) => [
      id,
      ...(['function requests', 'table calls', 'write units', 'read units'] as const).map((measure) =>
        formatCount(spending[measure]),
      ),
    ]),
  );

const contextTable = ({ byContext }: PathCost) =>
  markdownTable(
    ['context of a confirmed order', 'core', ...items, 'USD for a million', 'budget, USD'],
    Object.entries(byContext).map(([context, spending]) => [
      ...[context, coreContexts.includes(context) ? 'yes' : 'no'],
      ...items.map((item) => formatCount(spending[item])),
      formatUsd(priceOf(spending)),
      String(contextBudgets.get(context)?.usdPerMillionOrders ?? 'none'),
    ]),
  );

const partitionTable = ({ byPartition }: PathCost) =>
  markdownTable(
    ['key value that confirmed orders share', 'of', 'write units', 'read units', 'orders a second'],
    sharedPartitions(byPartition).map((partition) => [
      `\`${partition.partitionKey}\``,
      partition.index === undefined ? 'the table' : `index ${partition.index}`,
      formatCount(partition.writeUnits),
      formatCount(partition.readUnits),
      String(ceilingOf(partition)),
    ]),
  );

/** What a million orders cost, on each path that an order can take. */
export const costSection: Section<readonly PathCost[]> = {
  name: 'cost',
  title: 'What a million orders cost, by the path that they take',
  measure: (quick) => meterAllPaths(quick ? 1 : REPEATS),
  text: (
    costs,
  ) => `Each order has three lines. The bench counts every call on the embedded host and multiplies it by the list prices of us-east-1
(test/bench/cost/prices.ts). Function durations were measured on this machine, not on Lambda. The cost includes the customer's mail (without SES), an
authorizer call for each request, what AWS logs by itself, and traces of 5% of the requests. It excludes what a stage costs while idle (polling of queues,
the sweeper's runs; docs/idle-cost.md), storage, cold starts, the payment provider, and secrets, which a function reads once every five minutes.

${markdownTable(
  ['USD', ...items, '**sum**'],
  costs.map(({ path, counts, usd }) => [
    path,
    ...items.map((item) => formatUsd(usd[item] ?? 0)),
    formatUsd(priceOf(counts)),
  ]),
)}

${markdownTable(
  ['counted for one order', ...items],
  costs.map(({ path, counts }) => [path, ...items.map((item) => formatCount(counts[item]))]),
)}

Costs count towards the context whose functions, workflows and queues cause them and whose events are published. Each context's budget is in the
\`budgets.ts\` of its folder; the budget of an order is the sum over the core contexts.

${costs
  .filter(({ path }) => path === 'confirmed')
  .map(
    (cost) => `${contextTable(cost)}

${functionTable(cost)}

On AWS one key value of the table, or of an index, takes 1,000 write units and 3,000 read units a second, so each key value that orders share has a
ceiling in orders a second, the busiest first. docs/table.md says what spreads each.

${partitionTable(cost)}`,
  )
  .join('')}`,
  charts: async (costs) => ({
    'cost.svg': await barChart(
      'What a million orders cost, by the path that they take',
      'USD',
      costs.flatMap(({ path, usd }) => items.map((part) => ({ name: path, part, value: usd[part] ?? 0 }))),
    ),
  }),
  // collectFigures holds the sums; here is what no figure shows
  brokenBudgets: (costs) =>
    costs
      .filter(({ path }) => path === 'confirmed')
      .flatMap(({ byContext }) =>
        [...contextBudgets].flatMap(([context, { writeUnitsPerOrder, usdPerMillionOrders }]) => {
          const spending = byContext[context] ?? createSpending();
          return [
            ...(spending['write units'] > writeUnitsPerOrder
              ? [`${context}: ${spending['write units']} write units for an order instead of ${writeUnitsPerOrder}`]
              : []),
            ...(priceOf(spending) > usdPerMillionOrders
              ? [`${context}: $${formatUsd(priceOf(spending))} for a million orders instead of $${usdPerMillionOrders}`]
              : []),
          ];
        }),
      ),
};
