import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { budgets } from './budgets.ts';
import { barChart } from './chart.ts';
import { flashSale, type Sale } from './flash-sale.ts';
import { type Counts, costOf, sumOf } from './meter.ts';
import { type Path, paths, walkPath } from './paths.ts';
import { items } from './prices.ts';
import { type Cost, type Report, reportText } from './report.ts';
import { throughput } from './throughput.ts';

const USAGE = `npm run bench [-- --quick] [--out docs/bench]

Measures what an order costs on each of its ways, how many orders the embedded host confirms, and a flash sale, and writes
report.json, README.md and charts. --quick takes less time and measures less well.`;
const REPEATS = 5;

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Counts do not vary; what a function's time costs is the median of some orders, the first of which warmed the code up. */
const costs = async (repeats: number): Promise<Cost[]> => {
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

const broken = ({ costs, throughput }: Report): string[] => {
  const eight = throughput.find(({ atOnce }) => atOnce === 8);
  const happy = costs.find(({ path }) => path === 'confirmed');
  return [
    ...(happy && sumOf(happy.usd) > budgets.costOfAMillion ? [`a million orders cost ${sumOf(happy.usd)}`] : []),
    ...(eight && eight.confirmedPerSecond < budgets.ordersPerSecond
      ? [`${eight.confirmedPerSecond.toFixed(0)} orders a second with 8 at once, not ${budgets.ordersPerSecond}`]
      : []),
    ...(eight && eight.p99Ms > budgets.p99Ms ? [`p99 of POST is ${eight.p99Ms.toFixed(0)} ms with 8 at once`] : []),
  ];
};

const charts = async ({ costs, throughput, sales }: Report) => ({
  'cost.svg': await barChart(
    'USD for a million orders',
    'USD',
    costs.flatMap(({ path, usd }) => items.map((part) => ({ name: path, part, value: usd[part] ?? 0 }))),
  ),
  'throughput.svg': await barChart(
    'Orders confirmed per second over HTTP, embedded host',
    'orders/s',
    throughput.map(({ atOnce, confirmedPerSecond }) => ({ name: `${atOnce} at once`, value: confirmedPerSecond })),
  ),
  'flash-sale.svg': await barChart(
    'Conflicts of 5,000 buyers over 1,000 units (our model)',
    'cancelled transactions',
    sales.map(({ shards, conflicts }) => ({ name: `${shards} shards`, value: conflicts })),
  ),
});

const main = async () => {
  const { values } = parseArgs({ options: { quick: { type: 'boolean' }, out: { type: 'string' } } });
  const { quick = false, out = 'docs/bench' } = values;
  const said = <T>(what: string, measured: T): T => {
    console.log(`${what}: done`);
    return measured;
  };
  const report: Report = {
    at: new Date().toISOString(),
    machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
    node: process.version,
    costs: said('costs', await costs(quick ? 1 : REPEATS)),
    throughput: said('throughput', await throughput([1, 8, 64], quick ? 4_000 : 15_000)),
    sales: [],
  };
  const sales: Sale[] = [];
  for (const shards of quick ? [16] : [1, 4, 16, 64])
    sales.push(said(`flash sale over ${shards} shards`, await flashSale(shards)));
  const whole = { ...report, sales };
  const text = reportText(whole, broken(whole));
  await mkdir(out, { recursive: true });
  await writeFile(join(out, 'report.json'), `${JSON.stringify(whole, null, 2)}\n`);
  await writeFile(join(out, 'README.md'), text);
  for (const [name, svg] of Object.entries(await charts(whole))) await writeFile(join(out, name), svg);
  console.log(`\n${text}`);
  process.exitCode = broken(whole).length === 0 ? 0 : 1;
};

main().catch((error: Error) => {
  console.error(`${error.stack}\n\n${USAGE}`);
  process.exitCode = 2;
});
