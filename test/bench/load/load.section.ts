import { lineChart } from '../chart.ts';
import type { Section } from '../section.ts';
import { table } from '../table.ts';
import { type Load, load, type ShapeLoad } from './load.ts';
import { shapes } from './shapes.ts';

const CAPACITY_MS = 6_000;

const chart = ({ shape, moments }: ShapeLoad) =>
  lineChart(
    `Load: ${shapes[shape]?.map(({ share }) => `${share * 100}%`).join(', then ')} of the capacity`,
    'seconds',
    [
      { name: 'offered', unit: 'orders/s', points: moments.map(({ second, offered }) => [second, offered]) },
      { name: 'goodput', unit: 'orders/s', points: moments.map(({ second, goodput }) => [second, goodput]) },
      { name: 'orders not ended', unit: 'waiting', points: moments.map(({ second, open }) => [second, open]) },
      { name: 'messages queued', unit: 'waiting', points: moments.map(({ second, queued }) => [second, queued]) },
    ],
  );

const failures = ({ shape, lost, unended, dead, phases, firstFailure = '' }: ShapeLoad): readonly string[] => {
  const failed = phases.reduce((sum, phase) => sum + phase.failed, 0);
  const counts = { 'accepted orders lost': lost, 'orders not ended': unended, 'dead letters': dead };
  return Object.entries({ ...counts, [`requests failed, the first with ${firstFailure}`]: failed })
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `load ${shape}: ${count} ${what}`);
};

/** Orders that arrive whether or not the embedded host keeps up. */
export const loadSection: Section<Load> = {
  name: 'load',
  title: 'Load in three shapes',
  measure: (quick) => load(quick ? CAPACITY_MS / 2 : CAPACITY_MS, quick ? 0.5 : 1),
  text: ({
    capacityPerSecond,
    shapes,
  }) => `The capacity was found first, with customers that wait for their answers: ${capacityPerSecond.toFixed(0)} orders confirmed a second. Then orders
arrive at shares of that, evenly spaced, whatever the host does, against one process. Goodput is orders confirmed a second, by their
histories. The time of POST counts from when it was to be sent. Refused is 429 or 503; unsent is what found 128 requests on the wire and
1,000 waiting to be sent. Every order that was accepted ended and none was lost, or the bench fails.

${table(
  [
    'shape',
    'phase',
    's',
    'offered/s',
    'goodput/s',
    'p50 of POST, ms',
    'p99, ms',
    'accepted',
    'refused',
    'failed',
    'unsent',
  ],
  shapes.flatMap(({ shape, phases }) =>
    phases.map((one) => [
      ...[shape, one.phase, String(one.seconds), one.offeredPerSecond.toFixed(0), one.goodputPerSecond.toFixed(0)],
      ...[one.p50Ms.toFixed(1), one.p99Ms.toFixed(1)],
      ...[one.accepted, one.refused, one.failed, one.unsent].map(String),
    ]),
  ),
)}

${table(
  ['shape', 'most orders not ended', 'most messages queued', 'time to drain, s', 'orders'],
  shapes.map(({ shape, mostOpen, mostQueued, drainSeconds, byStatus }) => [
    ...[shape, String(mostOpen), String(mostQueued), drainSeconds.toFixed(1)],
    Object.entries(byStatus)
      .map(([status, count]) => `${count} ${status}`)
      .join(', '),
  ]),
)}`,
  charts: async ({ shapes }) =>
    Object.fromEntries(
      await Promise.all(shapes.map(async (one) => [`load-${one.shape}.svg`, await chart(one)] as const)),
    ),
  broken: ({ shapes }) => shapes.flatMap(failures),
};
