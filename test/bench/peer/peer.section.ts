import { barChart } from '../chart.ts';
import type { Section } from '../section.ts';
import { table } from '../table.ts';
import type { Load } from './load.ts';
import { type Peer, peer } from './peer.ts';
import { BUYERS, type Race, UNITS } from './race.ts';

const sides = ({ vendure, breakwater }: Peer) => [
  { name: 'Vendure', ...vendure },
  { name: 'Breakwater', ...breakwater },
];
const inWords = (why: Readonly<Record<string, number>>) =>
  Object.entries(why)
    .map(([what, count]) => `${count} x ${what}`)
    .join(', ') || '-';

const loadRow = (name: string, load: Load) => [
  ...[name, String(load.atOnce), String(load.settled), load.failed === 0 ? '0' : inWords(load.why)],
  load.settledPerSecond.toFixed(1),
  ...[load.lastCall.p50Ms, load.lastCall.p99Ms, load.whole.p50Ms, load.whole.p99Ms].map((ms) => ms.toFixed(0)),
  load.memoryMb.toFixed(0),
];
const raceRow = (name: string, races: readonly Race[]) => [
  name,
  ...(['sold', 'taken', 'refused', 'failed'] as const).map((what) => races.map((one) => one[what]).join(', ')),
];

/** Vendure on better-sqlite3 and Breakwater's embedded host, by turns in the same run. */
export const peerSection: Section<Peer> = {
  name: 'peer',
  title: 'Beside Vendure 3.7',
  measure: peer,
  text: (measured) => {
    const all = sides(measured);
    return `A guest's order of one unit, from nothing to paid, over HTTP: six GraphQL mutations for Vendure, POST and GETs until it is
confirmed for Breakwater. A customer orders again once the last order has ended. "Last call" is addPaymentToOrder, which settles, and
POST /v1/orders, which is answered before the order is confirmed: compare "whole", from the first call until the customer knows.
Vendure keeps its data in a SQLite file, the embedded host in memory; [how both are set up](../../test/bench/vendure/README.md).

${table(
  [
    ...['', 'customers at once', 'orders settled', 'not settled', 'settled/s'],
    ...['p50 of last call, ms', 'p99 of last call, ms', 'p50 of whole, ms', 'p99 of whole, ms', 'memory, MB'],
  ],
  measured.vendure.loads.flatMap((_, n) =>
    all.flatMap(({ name, loads }) => loads.slice(n, n + 1).map((load) => loadRow(name, load))),
  ),
)}

${BUYERS} buyers at once of ${UNITS} units, once for each of five products. "Sold" are units of orders that their customers were told are
paid; "taken" is what the server's stock says.

${table(
  ['', 'sold', 'taken', 'refused', 'failed'],
  all.map(({ name, races }) => raceRow(name, races)),
)}`;
  },
  charts: async (measured) => ({
    'peer.svg': await barChart(
      'Orders settled per second over HTTP',
      'orders/s',
      sides(measured).flatMap(({ name, loads }) =>
        loads.map((load) => ({ name: `${load.atOnce} at once, ${name}`, value: load.settledPerSecond })),
      ),
    ),
    'peer-race.svg': await barChart(
      `Units sold of ${UNITS} to ${BUYERS} buyers`,
      'units',
      sides(measured).flatMap(({ name, races }) =>
        races.map(({ sold }, n) => ({ name: `race ${n + 1}, ${name}`, value: sold })),
      ),
    ),
  }),
  // Vendure's figures are nobody's budget
  broken: ({ breakwater: { loads, races } }) => [
    ...loads
      .filter(({ failed }) => failed > 0)
      .map(({ atOnce, why }) => `not settled of Breakwater's orders with ${atOnce} at once: ${inWords(why)}`),
    ...races
      .filter(({ sold, taken, failed }) => sold !== UNITS || taken !== UNITS || failed > 0)
      .map(
        ({ sold, taken, failed }) => `a race for ${UNITS} units sold ${sold}, took ${taken}, failed ${failed} orders`,
      ),
  ],
};
