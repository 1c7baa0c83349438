import { budgets } from './budgets.ts';
import { barChart } from './chart.ts';
import { median } from './median.ts';
import { type Counts, costOf, sumOf } from './meter.ts';
import { type Path, paths, walkPath } from './paths.ts';
import { items } from './prices.ts';
import type { Section } from './section.ts';
import { table } from './table.ts';

export type Cost = { readonly path: Path; readonly counts: Counts; readonly usd: Readonly<Record<string, number>> };

const REPEATS = 5;

const usd = (value: number) => value.toFixed(2);

/** Counts do not vary; what a function's time costs is the median of some orders, the first of which warmed the code up. */
const costs = async (repeats: number): Promise<readonly Cost[]> => {
  const all: Cost[] = [];
  for (const path of Object.keys(paths) as Path[]) {
    const walks: Counts[] = [];
    for (let n = 0; n <= repeats; n += 1) walks.push((await walkPath(path)).counts);
    const measured = walks.slice(1);
    const counts = Object.fromEntries(
      items.map((item) => [item, median(measured.map((one) => one[item]))]),
    ) as unknown as Counts;
    all.push({ path, counts, usd: costOf(counts) });
  }
  return all;
};

/** What a million orders cost, on each way that an order may go. */
export const costSection: Section<readonly Cost[]> = {
  name: 'cost',
  title: 'What a million orders cost, by the way that they go',
  measure: (quick) => costs(quick ? 1 : REPEATS),
  text: (
    costs,
  ) => `Three lines each. Counted on the embedded host, call by call, times list prices of us-east-1 (test/bench/prices.ts). The functions' time is
this machine's, not Lambda's. The customer's mail is in it (SES is not), and so is an authorizer for each request.

${table(
  ['USD', ...costs.map(({ path }) => path)],
  [
    ...items.map((item) => [item, ...costs.map((cost) => usd(cost.usd[item] ?? 0))]),
    ['**sum**', ...costs.map((cost) => usd(sumOf(cost.usd)))],
  ],
)}

${table(
  ['counted for one order', ...costs.map(({ path }) => path)],
  items.map((item) => [item, ...costs.map(({ counts }) => String(Number(counts[item].toPrecision(3))))]),
)}`,
  charts: async (costs) => ({
    'cost.svg': await barChart(
      'USD for a million orders',
      'USD',
      costs.flatMap(({ path, usd }) => items.map((part) => ({ name: path, part, value: usd[part] ?? 0 }))),
    ),
  }),
  broken: (costs) =>
    costs
      .filter(({ path, usd }) => path === 'confirmed' && sumOf(usd) > budgets.costOfAMillion)
      .map(({ usd }) => `a million orders cost $${sumOf(usd).toFixed(2)}, not $${budgets.costOfAMillion}`),
};
