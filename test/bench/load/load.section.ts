import { lineChart } from '../chart.ts';
import { markdownTable } from '../format.ts';
import type { Section } from '../section.ts';
import { type Load, measureLoad, type ShapeLoad } from './load.ts';
import { shapes } from './shapes.ts';

const CAPACITY_MS = 6_000;

const renderChart = ({ shape, samples }: ShapeLoad) =>
  lineChart(
    `Load: ${shapes[shape]?.map(({ share }) => `${share * 100}%`).join(', then ')} of the capacity`,
    'seconds',
    [
      { name: 'offered', unit: 'orders/s', points: samples.map(({ second, offered }) => [second, offered]) },
      { name: 'goodput', unit: 'orders/s', points: samples.map(({ second, goodput }) => [second, goodput]) },
      { name: 'open orders', unit: 'waiting', points: samples.map(({ second, open }) => [second, open]) },
      { name: 'messages queued', unit: 'waiting', points: samples.map(({ second, queued }) => [second, queued]) },
    ],
  );

const findFailures = (load: ShapeLoad): readonly string[] => {
  const { shape, lost, unfinished, deadLetters, phases, firstFailure = '' } = load;
  const failed = phases.reduce((sum, phase) => sum + phase.failed, 0);
  const counts = {
    ...{ 'accepted orders lost': lost, 'orders not ended': unfinished, 'dead letters': deadLetters },
    [`requests failed, the first with ${firstFailure}`]: failed,
  };
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([failure, count]) => `load ${shape}: ${count} ${failure}`);
};

/** Orders that arrive whether or not the embedded host keeps up. */
export const loadSection: Section<Load> = {
  name: 'load',
  title: 'Load in three shapes',
  measure: (quick) => measureLoad(quick ? CAPACITY_MS / 2 : CAPACITY_MS, quick ? 0.5 : 1),
  text: ({
    capacityPerSecond,
    shapes: loads,
  }) => `The capacity is measured first, with customers that wait for their answers: ${capacityPerSecond.toFixed(0)} orders confirmed per second. Then orders
arrive at shares of that, evenly spaced, however slow the host is, against one process. Goodput is orders confirmed per second, by their
histories. The latency of POST counts from the arrival time. Refused is 429 or 503; unsent are arrivals that found 128 requests in flight and
1,000 waiting to be sent. The bench fails if an accepted order is lost or does not end.

${markdownTable(
  [
    ...['shape', 'phase', 's', 'offered/s', 'goodput/s', 'p50 of POST, ms', 'p99, ms'],
    ...['accepted', 'refused', 'failed', 'unsent'],
  ],
  loads.flatMap(({ shape, phases }) =>
    phases.map((phase) => [
      ...[shape, phase.phase, String(phase.seconds)],
      ...[phase.offeredPerSecond, phase.goodputPerSecond].map((rate) => rate.toFixed(0)),
      ...[phase.p50Ms, phase.p99Ms].map((ms) => ms.toFixed(1)),
      ...[phase.accepted, phase.refused, phase.failed, phase.unsent].map(String),
    ]),
  ),
)}

${markdownTable(
  ['shape', 'maximum of open orders', 'maximum of queued messages', 'time to drain, s', 'orders'],
  loads.map(({ shape, maxOpen, maxQueued, drainSeconds, byStatus }) => [
    ...[shape, String(maxOpen), String(maxQueued), drainSeconds.toFixed(1)],
    Object.entries(byStatus)
      .map(([status, count]) => `${count} ${status}`)
      .join(', '),
  ]),
)}`,
  charts: async ({ shapes: loads }) =>
    Object.fromEntries(
      await Promise.all(loads.map(async (load) => [`load-${load.shape}.svg`, await renderChart(load)] as const)),
    ),
  brokenBudgets: ({ shapes: loads }) => loads.flatMap(findFailures),
};
