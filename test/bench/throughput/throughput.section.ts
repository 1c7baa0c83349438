import { hostBudgets } from '../budgets.ts';
import { barChart } from '../chart.ts';
import { markdownTable } from '../format.ts';
import type { Section } from '../section.ts';
import { measureThroughput, type Throughput } from './throughput.ts';

const CONCURRENCIES = [1, 8, 64];
const BUDGETED_CONCURRENCY = 8;

/** Orders that the embedded host confirms over HTTP. */
export const throughputSection: Section<readonly Throughput[]> = {
  name: 'throughput',
  title: 'Orders over HTTP, embedded host',
  measure: (quick) => measureThroughput(CONCURRENCIES, quick ? 4_000 : 15_000),
  text: (
    measured,
  ) => `Budget: ${hostBudgets.minOrdersPerSecond} per second and a p99 of POST below ${hostBudgets.placementP99Ms} ms, with ${BUDGETED_CONCURRENCY} concurrent customers.

${markdownTable(
  ['concurrent customers', 'orders', 'confirmed/s', 'p50 of POST, ms', 'p99 of POST, ms'],
  measured.map(({ concurrency, placed, confirmedPerSecond, p50Ms, p99Ms }) => [
    String(concurrency),
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
      measured.map(({ concurrency, confirmedPerSecond }) => ({
        ...{ name: `${concurrency} concurrent`, value: confirmedPerSecond },
      })),
    ),
  }),
  brokenBudgets: (measured) =>
    measured
      .filter(({ concurrency }) => concurrency === BUDGETED_CONCURRENCY)
      .flatMap(({ concurrency, confirmedPerSecond, p99Ms }) => [
        ...(confirmedPerSecond < hostBudgets.minOrdersPerSecond
          ? [
              `${confirmedPerSecond.toFixed(0)} orders per second with ${concurrency} concurrent customers instead of ${hostBudgets.minOrdersPerSecond}`,
            ]
          : []),
        ...(p99Ms > hostBudgets.placementP99Ms
          ? [
              `the p99 of POST is ${p99Ms.toFixed(0)} ms with ${concurrency} concurrent customers instead of ${hostBudgets.placementP99Ms} ms`,
            ]
          : []),
      ]),
};
