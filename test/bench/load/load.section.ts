import { lineChart } from '../chart.ts';
import { markdownTable } from '../format.ts';
import type { Section } from '../section.ts';
import { type Load, measureLoad, type ProfileLoad } from './load.ts';
import { loadProfiles } from './load-profiles.ts';

const CAPACITY_MS = 6_000;

const renderChart = ({ profile, samples }: ProfileLoad) =>
  lineChart(
    `Load: ${loadProfiles[profile]?.map(({ capacityFraction }) => `${capacityFraction * 100}%`).join(', then ')} of the capacity`,
    'seconds',
    [
      { name: 'offered', unit: 'orders/s', points: samples.map(({ second, offered }) => [second, offered]) },
      { name: 'goodput', unit: 'orders/s', points: samples.map(({ second, goodput }) => [second, goodput]) },
      { name: 'open orders', unit: 'waiting', points: samples.map(({ second, open }) => [second, open]) },
      { name: 'messages queued', unit: 'waiting', points: samples.map(({ second, queued }) => [second, queued]) },
    ],
  );

const findFailures = (load: ProfileLoad): readonly string[] => {
  const { profile, lost, unfinished, deadLetters, phases, firstFailure = '' } = load;
  const failed = phases.reduce((sum, phase) => sum + phase.failed, 0);
  const counts = {
    ...{ 'accepted orders lost': lost, 'orders not ended': unfinished, 'dead letters': deadLetters },
    [`requests failed, the first with ${firstFailure}`]: failed,
  };
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([failure, count]) => `load ${profile}: ${count} ${failure}`);
};

/** Orders that arrive whether or not the embedded host keeps up. */
export const loadSection: Section<Load> = {
  name: 'load',
  title: 'Open-loop load profiles',
  measure: (quick) => measureLoad(quick ? CAPACITY_MS / 2 : CAPACITY_MS, quick ? 0.5 : 1),
  text: ({
    capacityPerSecond,
    profiles: loads,
  }) => `The bench first measures the capacity of one process in a closed loop, in which each customer waits for the response: ${capacityPerSecond.toFixed(0)} orders
confirmed per second. Then orders arrive evenly at a fraction of that rate, even if the host is slow. Goodput is the number of orders confirmed per second,
from the orders' histories. The latency of POST counts from the arrival time. Refused is 429 or 503. An arrival is unsent if 128 requests are in flight and
1,000 more are waiting. The bench fails if an accepted order is lost or never reaches a final status.

${markdownTable(
  [
    ...['profile', 'phase', 's', 'offered/s', 'goodput/s', 'p50 of POST, ms', 'p99, ms'],
    ...['accepted', 'refused', 'failed', 'unsent'],
  ],
  loads.flatMap(({ profile, phases }) =>
    phases.map((phase) => [
      ...[profile, phase.phase, String(phase.seconds)],
      ...[phase.offeredPerSecond, phase.goodputPerSecond].map((rate) => rate.toFixed(0)),
      ...[phase.p50Ms, phase.p99Ms].map((ms) => ms.toFixed(1)),
      ...[phase.accepted, phase.refused, phase.failed, phase.unsent].map(String),
    ]),
  ),
)}

${markdownTable(
  ['profile', 'max. open orders', 'max. queued messages', 'time to drain, s', 'orders'],
  loads.map(({ profile, maxOpen, maxQueued, drainSeconds, byStatus }) => [
    ...[profile, String(maxOpen), String(maxQueued), drainSeconds.toFixed(1)],
    Object.entries(byStatus)
      .map(([status, count]) => `${count} ${status}`)
      .join(', '),
  ]),
)}`,
  charts: async ({ profiles: loads }) =>
    Object.fromEntries(
      await Promise.all(loads.map(async (load) => [`load-${load.profile}.svg`, await renderChart(load)] as const)),
    ),
  brokenBudgets: ({ profiles: loads }) => loads.flatMap(findFailures),
};
