import { budgets } from '../budgets.ts';
import { barChart } from '../chart.ts';
import type { Section } from '../section.ts';
import { table } from '../table.ts';
import { type Throughput, throughput } from './throughput.ts';

const CUSTOMERS = [1, 8, 64];

/** Orders confirmed over HTTP by the embedded host. */
export const throughputSection: Section<readonly Throughput[]> = {
  name: 'throughput',
  title: 'Orders over HTTP, embedded host',
  measure: (quick) => throughput(CUSTOMERS, quick ? 4_000 : 15_000),
  text: (
    measured,
  ) => `Budget: ${budgets.ordersPerSecond} a second and p99 of POST below ${budgets.p99Ms} ms, with 8 at once.

${table(
  ['customers at once', 'orders', 'confirmed/s', 'p50 of POST, ms', 'p99 of POST, ms'],
  measured.map(({ atOnce, placed, confirmedPerSecond, p50Ms, p99Ms }) => [
    String(atOnce),
    String(placed),
    confirmedPerSecond.toFixed(1),
    p50Ms.toFixed(1),
    p99Ms.toFixed(1),
  ]),
)}`,
  charts: async (measured) => ({
    'throughput.svg': await barChart(
      'Orders confirmed per second over HTTP, embedded host',
      'orders/s',
      measured.map(({ atOnce, confirmedPerSecond }) => ({ name: `${atOnce} at once`, value: confirmedPerSecond })),
    ),
  }),
  broken: (measured) =>
    measured
      .filter(({ atOnce }) => atOnce === 8)
      .flatMap(({ confirmedPerSecond, p99Ms }) => [
        ...(confirmedPerSecond < budgets.ordersPerSecond
          ? [`${confirmedPerSecond.toFixed(0)} orders a second with 8 at once, not ${budgets.ordersPerSecond}`]
          : []),
        ...(p99Ms > budgets.p99Ms ? [`p99 of POST is ${p99Ms.toFixed(0)} ms with 8 at once`] : []),
      ]),
};
