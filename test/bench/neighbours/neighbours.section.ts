import { hostBudgets } from '../budgets.ts';
import { groupedBarChart } from '../chart.ts';
import { markdownTable } from '../format.ts';
import type { Section } from '../section.ts';
import { loadNames, loads } from './loads.ts';
import { allowedP95Ms, isWithinBudget, measureNeighbours, type Neighbour } from './neighbours.ts';
import { CONFIRMATION_TIMEOUT_MS, type Probe } from './probe.ts';

const DURATION_MS = 12_000;
const SERIES = { alone: 'alone', beside: 'beside tenant A' } as const;

const toCells = ({ reads, posts, confirmed, unconfirmed }: Probe) => [
  ...[reads, posts, confirmed].map(({ p50Ms, p95Ms, p99Ms }) =>
    [p50Ms, p95Ms, p99Ms].map((ms) => ms.toFixed(0)).join(' / '),
  ),
  String(unconfirmed),
];

const describeResponses = ({ responses }: Neighbour) =>
  Object.entries(responses)
    .map(([status, count]) => `${count} x ${status}`)
    .join(', ');

const toRows = (neighbour: Neighbour) => {
  const { load, alone, beside } = neighbour;
  const verdict = isWithinBudget(neighbour) ? 'yes' : '**FAILED**';
  return [
    [loads[load].title, SERIES.alone, ...toCells(alone), '', '', ''],
    ['', 'beside', ...toCells(beside), allowedP95Ms(neighbour).toFixed(0), verdict, describeResponses(neighbour)],
  ];
};

const describeBudget = ({ factor, extraMs }: { readonly factor: number; readonly extraMs: number }) =>
  `${factor} times its p95 alone plus ${extraMs} ms`;

/** What one tenant feels of another on the embedded host. */
export const neighboursSection: Section<readonly Neighbour[]> = {
  name: 'neighbours',
  title: 'A tenant beside the load of another',
  parts: loadNames,
  measure: (quick, parts = loadNames) =>
    measureNeighbours(
      loadNames.filter((name) => parts.includes(name)),
      quick ? DURATION_MS / 2 : DURATION_MS,
    ),
  text: (
    measured,
  ) => `Tenant B places two orders and reads five times per second, first alone, then while ten clients of tenant A do one thing without a pause.
Each load has a host of its own, as \`npm start\` serves it. Every latency counts from the moment at which B's request was due. An order counts as unconfirmed
after ${CONFIRMATION_TIMEOUT_MS / 1_000} s. Budget of B's p95 to confirmed: ${describeBudget(hostBudgets.besideNeighbour)}, beside slow charges ${describeBudget(hostBudgets.besideSlowCharges)}; and no unconfirmed order.

${markdownTable(
  [
    ...['tenant A', 'tenant B', 'reads, p50 / p95 / p99 in ms', 'POST, ms', 'to confirmed, ms', 'unconfirmed'],
    ...['budget of p95 to confirmed, ms', 'within budget', "responses to A's requests"],
  ],
  measured.flatMap(toRows),
)}`,
  charts: async (measured) => ({
    'neighbours.svg': await groupedBarChart(
      "Tenant B's p95 to confirmed",
      'ms, logarithmic',
      measured.flatMap(({ load, alone, beside }) => [
        { name: load, part: SERIES.alone, value: alone.confirmed.p95Ms },
        { name: load, part: SERIES.beside, value: beside.confirmed.p95Ms },
      ]),
    ),
  }),
  brokenBudgets: (measured) =>
    measured
      .filter((neighbour) => !isWithinBudget(neighbour))
      .map((neighbour) => {
        const { load, beside } = neighbour;
        const [p95, allowed] = [beside.confirmed.p95Ms.toFixed(0), allowedP95Ms(neighbour).toFixed(0)];
        return `neighbours ${load}: p95 to confirmed ${p95} ms instead of ${allowed} ms, ${beside.unconfirmed} orders unconfirmed`;
      }),
};
