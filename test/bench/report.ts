import { budgets } from './budgets.ts';
import type { Sale } from './flash-sale.ts';
import { type Counts, sumOf } from './meter.ts';
import type { Path } from './paths.ts';
import { items } from './prices.ts';
import type { Throughput } from './throughput.ts';

export type Cost = { readonly path: Path; readonly counts: Counts; readonly usd: Readonly<Record<string, number>> };
export type Report = {
  readonly at: string;
  readonly machine: string;
  readonly node: string;
  readonly costs: readonly Cost[];
  readonly throughput: readonly Throughput[];
  readonly sales: readonly Sale[];
};

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const usd = (value: number) => value.toFixed(2);

/** The report as a page, made from its figures alone. */
export const reportText = (
  { at, machine, node, costs, throughput, sales }: Report,
  broken: readonly string[],
): string =>
  `# Bench

Written by \`npm run bench\` on ${at.slice(0, 10)}: ${machine}, Node ${node}. The figures are in [report.json](report.json).

${broken.length === 0 ? 'Every budget holds.' : `Budgets that do not hold: ${broken.join('; ')}.`}

## What a million orders cost, by the way that they go

Three lines each. Counted on the embedded host, call by call, times list prices of us-east-1 (test/bench/prices.ts). The functions' time is
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
)}

![costs](cost.svg)

## Orders over HTTP, embedded host

Budget: ${budgets.ordersPerSecond} a second and p99 of POST below ${budgets.p99Ms} ms, with 8 at once.

${table(
  ['customers at once', 'orders', 'confirmed/s', 'p50 of POST, ms', 'p99 of POST, ms'],
  throughput.map(({ atOnce, placed, confirmedPerSecond, p50Ms, p99Ms }) => [
    String(atOnce),
    String(placed),
    confirmedPerSecond.toFixed(1),
    p50Ms.toFixed(1),
    p99Ms.toFixed(1),
  ]),
)}

![throughput](throughput.svg)

## Flash sale: 1 SKU, 1,000 units, 5,000 buyers at once

Exactly 1,000 were sold each time, or the bench fails. Time is that which the backend waits for; conflicts are those of our model of DynamoDB,
in which a transaction keeps its items to itself for 5 ms. A conflict here is any cancelled transaction, one whose shard had run out included.

${table(
  ['shards', 'sold', 'seconds', 'orders/s', 'cancelled transactions', 'share of the hottest shard'],
  sales.map(({ shards, sold, seconds, ordersPerSecond, conflicts, hottestShare }) => [
    String(shards),
    String(sold),
    seconds.toFixed(1),
    ordersPerSecond.toFixed(0),
    String(conflicts),
    `${(hottestShare * 100).toFixed(1)}%`,
  ]),
)}

![flash sale](flash-sale.svg)
`;
