import { budgets } from '../budgets.ts';
import { barChart } from '../chart.ts';
import { median } from '../median.ts';
import type { Section } from '../section.ts';
import { table } from '../table.ts';
import { type Counted, type Counts, costOf, type Share, sumOf } from './meter.ts';
import { type Path, paths, walkPath, warmUp } from './paths.ts';
import { items } from './prices.ts';

export type Cost = Omit<Counted, 'byFunction'> & {
  readonly path: Path;
  readonly usd: Readonly<Record<string, number>>;
  readonly byFunction: Readonly<Record<string, Share>>;
};

const REPEATS = 5;

const usd = (value: number) => value.toFixed(2);
const short = (value: number) => String(Number(value.toPrecision(3)));

/** Counts do not vary; what a function's time costs is the median of some orders, the first of which warmed the code up. */
const costs = async (repeats: number): Promise<readonly Cost[]> => {
  const all: Cost[] = [];
  await warmUp();
  for (const path of Object.keys(paths) as Path[]) {
    const walks: Counted[] = [];
    for (let n = 0; n <= repeats; n += 1) walks.push(await walkPath(path));
    const [last, measured] = [walks.at(-1) as Counted, walks.slice(1)];
    const counts = Object.fromEntries(
      items.map((item) => [item, median(measured.map((one) => one.counts[item]))]),
    ) as unknown as Counts;
    all.push({ ...last, path, counts, usd: costOf(counts), byFunction: Object.fromEntries(last.byFunction) });
  }
  return all;
};

const shares = ({ byFunction }: Cost) =>
  table(
    ['on the way to confirmed', 'invocations', 'calls of the table', 'write units', 'read units'],
    Object.entries(byFunction).map(([id, { invocations, calls, writeUnits, readUnits }]) => [
      id,
      ...[invocations, calls, writeUnits, readUnits].map(short),
    ]),
  );

/** What a million orders cost, on each way that an order may go. */
export const costSection: Section<readonly Cost[]> = {
  name: 'cost',
  title: 'What a million orders cost, by the way that they go',
  measure: (quick) => costs(quick ? 1 : REPEATS),
  text: (
    costs,
  ) => `Three lines each. Counted on the embedded host, call by call, times list prices of us-east-1 (test/bench/cost/prices.ts). The functions' time is
this machine's, not Lambda's. In it are the customer's mail (SES is not), an authorizer for each request, what AWS logs by itself, and one trace in
twenty. Not in it: what a stage costs while idle (polling of queues, the sweeper's turns; docs/deploying.md), storage, starts of environments, the
payment provider, and secrets, which a function reads once in five minutes.

${table(
  ['USD', ...items, '**sum**'],
  costs.map((cost) => [cost.path, ...items.map((item) => usd(cost.usd[item] ?? 0)), usd(sumOf(cost.usd))]),
)}

${table(
  ['counted for one order', ...items],
  costs.map(({ path, counts }) => [path, ...items.map((item) => short(counts[item]))]),
)}

${costs.filter(({ path }) => path === 'confirmed').map(shares)}`,
  charts: async (costs) => ({
    'cost.svg': await barChart(
      'What a million orders cost, by the way that they go',
      'USD',
      costs.flatMap(({ path, usd }) => items.map((part) => ({ name: path, part, value: usd[part] ?? 0 }))),
    ),
  }),
  broken: (costs) =>
    costs
      .filter(({ path, usd }) => path === 'confirmed' && sumOf(usd) > budgets.costOfAMillion)
      .map(({ usd }) => `a million orders cost $${sumOf(usd).toFixed(2)}, not $${budgets.costOfAMillion}`),
};
