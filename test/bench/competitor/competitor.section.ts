import { barChart } from '../chart.ts';
import { markdownTable } from '../format.ts';
import type { Section } from '../section.ts';
import { type Comparison, compareWithCompetitor } from './comparison.ts';
import type { Load } from './load.ts';
import { BUYERS, type Race, UNITS } from './race.ts';

const systemsOf = ({ vendure, breakwater }: Comparison) => [
  { name: 'Vendure', ...vendure },
  { name: 'Breakwater', ...breakwater },
];
const describeReasons = (reasons: Readonly<Record<string, number>>) =>
  Object.entries(reasons)
    .map(([reason, count]) => `${count} x ${reason}`)
    .join(', ') || '-';

const toLoadRow = (name: string, load: Load) => [
  ...[name, String(load.concurrency), String(load.paid), load.failed === 0 ? '0' : describeReasons(load.reasons)],
  load.paidPerSecond.toFixed(1),
  ...[load.lastCall.p50Ms, load.lastCall.p99Ms, load.total.p50Ms, load.total.p99Ms].map((ms) => ms.toFixed(0)),
  load.memoryMb.toFixed(0),
];
const toRaceRow = (name: string, races: readonly Race[]) => [
  name,
  ...(['sold', 'recorded', 'refused', 'failed'] as const).map((key) => races.map((race) => race[key]).join(', ')),
];

/** Vendure on better-sqlite3 and Breakwater's embedded host, measured alternately in the same run. */
export const competitorSection: Section<Comparison> = {
  name: 'competitor',
  title: 'Comparison with Vendure 3.7',
  measure: compareWithCompetitor,
  text: (measured) => {
    const systems = systemsOf(measured);
    return `A guest's order of one unit, from an empty cart to the payment, over HTTP: six GraphQL mutations for Vendure; for Breakwater, one POST and GETs
until it is confirmed. Each customer places the next order when the previous one has ended. The last call is addPaymentToOrder for Vendure, which completes
the payment, and POST /v1/orders for Breakwater, which responds before the order is confirmed. So compare "total", from the first call until the customer
knows the outcome.
Vendure keeps its data in a SQLite file, the embedded host in memory; [the setup of both](../../test/bench/vendure/README.md).

${markdownTable(
  [
    ...['', 'concurrent customers', 'orders paid', 'not paid', 'paid/s'],
    ...['p50 of last call, ms', 'p99 of last call, ms', 'p50 of total, ms', 'p99 of total, ms', 'memory, MB'],
  ],
  measured.vendure.loads.flatMap((_, n) =>
    systems.flatMap(({ name, loads }) => loads.slice(n, n + 1).map((load) => toLoadRow(name, load))),
  ),
)}

${BUYERS} concurrent buyers of ${UNITS} units, once for each of five products. "Sold" counts the units of orders that the server reported to the customer
as paid; "recorded" is what the server's stock records count as sold. A buyer beyond the stock is charged without stock: the payment is settled, and no unit
is allocated. Vendure 3.7.4 has a fix, which caps what is allocated after the payment (advisory of 2026-08); this bench measures 3.7.3. We also ran the race
with a snapshot of 3.8.0 that has the fix: in 6 of 6 runs it sold 11 of 10 units, one of them charged without stock.

${markdownTable(
  ['', 'sold', 'recorded', 'refused', 'failed'],
  systems.map(({ name, races }) => toRaceRow(name, races)),
)}`;
  },
  charts: async (measured) => ({
    'competitor.svg': await barChart(
      'Orders paid per second over HTTP',
      'orders/s',
      systemsOf(measured).flatMap(({ name, loads }) =>
        loads.map((load) => ({ name: `${load.concurrency} concurrent, ${name}`, value: load.paidPerSecond })),
      ),
    ),
    'competitor-race.svg': await barChart(
      `Units sold of ${UNITS} to ${BUYERS} buyers`,
      'units',
      systemsOf(measured).flatMap(({ name, races }) =>
        races.map(({ sold }, n) => ({ name: `race ${n + 1}, ${name}`, value: sold })),
      ),
    ),
  }),
  // Vendure's figures are controls and have no budget
  brokenBudgets: ({ breakwater: { loads, races } }) => [
    ...loads
      .filter(({ failed }) => failed > 0)
      .map(
        ({ concurrency, reasons }) =>
          `Breakwater did not complete the payment of every order of ${concurrency} concurrent customers: ${describeReasons(reasons)}`,
      ),
    ...races
      .filter(({ sold, recorded, failed }) => sold !== UNITS || recorded !== UNITS || failed > 0)
      .map(
        ({ sold, recorded, failed }) =>
          `a race for ${UNITS} units sold ${sold}, recorded ${recorded} as sold, and failed ${failed} orders`,
      ),
  ],
};
