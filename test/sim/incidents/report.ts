import { table } from '../../../docs/generate/markdown.ts';
import type { Figures } from './figures.ts';
import { type IncidentName, type IncidentResult, incidentNames } from './incident.ts';
import { incidents } from './incidents.ts';

const seconds = (value: number | null): string => (value === null ? '-' : value.toLocaleString('en-US'));

const columns: readonly (readonly [title: string, cell: (figures: Figures) => string])[] = [
  ['placed', ({ placed }) => `${placed}`],
  ['confirmed', ({ confirmed }) => `${confirmed}`],
  ['unpaid', ({ unpaid }) => `${unpaid}`],
  ['expired', ({ expired }) => `${expired}`],
  ['refunded', ({ refunded }) => `${refunded}`],
  ['refused as sold out', ({ soldOut }) => `${soldOut}`],
  ['gave way', ({ gaveWay }) => `${gaveWay}`],
  ['parked', ({ parked }) => `${parked}`],
  ['lost', ({ lost }) => `${lost}`],
  ['missing', ({ missing }) => `${missing}`],
  ['wrong money', ({ wrongMoney }) => `${wrongMoney}`],
  ['dead letters', ({ deadLetters }) => `${deadLetters}`],
  ['first progress', ({ firstProgress }) => seconds(firstProgress)],
  ['first restart', ({ firstRestart }) => seconds(firstRestart)],
  ['restarts, at most in a second', ({ restarts, busiestSecond }) => `${restarts}, ${busiestSecond}`],
  ['last settled', ({ lastSettled, unsettled }) => (unsettled > 0 ? `${unsettled} never` : seconds(lastSettled))],
];

/** The figures of the incidents, as a table in Markdown. */
export const tableText = (results: readonly IncidentResult[]): string =>
  table(
    ['Incident', ...columns.map(([title]) => title)],
    results.map(({ incident, load, figures }) => [
      load === 1 ? incident : `${incident} x ${load}`,
      ...columns.map(([, cell]) => cell(figures)),
    ]),
  );

const describeIncident = (name: IncidentName): string => {
  const { title, staged, ordersPerMinute, minutes } = incidents[name];
  const { before, during, after } = minutes;
  return `- **\`${name}\`**: ${title}. ${staged} ${ordersPerMinute} orders a minute, for ${before} minutes before, ${during} during and ${after} after it.`;
};

const notesText = (results: readonly IncidentResult[]): string =>
  results.flatMap(({ incident, notes }) => notes.map((note) => `\n\`${incident}\`: ${note}\n`)).join('');

/** The page docs/incidents.md. */
export const pageText = (before: readonly IncidentResult[], after: readonly IncidentResult[]): string => `# Incidents

\`npm run incidents\` stages each of these in virtual time, through the real handlers and SDK clients ([simulator](simulator.md)), and
\`npm run incidents -- --write\` writes this page. \`npm run incidents -- --real\` stages them at the clock of embedded hosts that listen on ports
of their own, side by side, which takes two and a quarter hours. \`npm test\` asserts that no order is lost.

${incidentNames.map(describeIncident).join('\n')}

Every twelfth customer cancels after 30 seconds, and every twentieth has a card that is declined.

- **unpaid**: the customer knows how to pay, and has not paid when everything else has settled.
- **expired**: Breakwater cancelled the order because it had waited too long for Breakwater. **Lost**: cancelled for no reason that lies with the
  customer, the stock, the money or a payment deadline, or missing although its customer came back. **Missing**: accepted after the moment to which a
  table was restored, and never requested again.
- **refunded**: Breakwater gave the money back. **Parked**: a person had to handle the order.
- **wrong money**: confirmed orders for which the provider does not keep the total, and ended or missing ones for which it keeps something.
- **first progress, first restart, last settled**: seconds from the repair until the saga of one of the orders that were open at the repair goes on,
  until the first restart of a saga, and until the last of the open orders is final, parked, or waits for its customer.
  An order that is tried again because others gave way counts as a restart. An order whose saga failed just before the repair is restarted five minutes
  after its last progress, because until then nothing tells it from one that is under way.

## Before

Orders expired, an order awaiting its payment was never charged, and a message was a dead letter after five receives.

${tableText(before)}
${notesText(before)}
## After

${after.length > 0 ? `${tableText(after)}\n${notesText(after)}` : '`npm run incidents -- --write` measures it.\n'}`;
