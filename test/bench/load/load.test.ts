import { describe, expect, test } from 'vitest';
import { loadSection } from './load.section.ts';
import { toArrivals } from './load-profiles.ts';
import { countLost, toPhaseLoads } from './phase-loads.ts';
import { toLoadSamples } from './samples.ts';

const phases = [
  { name: 'before', durationSeconds: 2, capacityFraction: 0.5 },
  { name: 'after', durationSeconds: 1, capacityFraction: 2 },
];
const order = (placedAt: number, endedAt?: number, status = endedAt === undefined ? 'placed' : 'confirmed') => ({
  ...{ id: `${placedAt}`, status, placedAt, endedAt },
});

describe('a load', () => {
  test('arrives evenly in each phase, at its fraction of the capacity', () => {
    expect(toArrivals(phases, 2).map(({ offsetMs, phaseIndex }) => [offsetMs, phaseIndex])).toEqual([
      [0, 0],
      [1_000, 0],
      ...[2_000, 2_250, 2_500, 2_750].map((offsetMs) => [offsetMs, 1]),
    ]);
  });

  test('goodput counts orders in the second of their confirmation; an order that never ends stays open', () => {
    const orders = [order(100, 900), order(200, 1_100), order(300), order(1_500, 1_600, 'cancelled')];
    const queueReadings = [
      { at: 250, value: 3 },
      { at: 500, value: 2 },
    ];
    expect(toLoadSamples({ arrivals: toArrivals(phases, 2), orders, queueReadings, seconds: 3 })).toEqual([
      { second: 0.5, offered: 1, goodput: 1, open: 3, queued: 3 },
      { second: 1.5, offered: 1, goodput: 1, open: 2, queued: 0 },
      { second: 2.5, offered: 4, goodput: 0, open: 1, queued: 0 },
    ]);
  });

  test('counts outcomes in the phase of their arrival and orders in the phase of their end', () => {
    const arrivals = toArrivals(phases, 2);
    const outcomes = arrivals.map((_, n) =>
      n === 5 ? ({ kind: 'unsent' } as const) : ({ kind: 'accepted', id: `${n}`, ms: n } as const),
    );
    const orders = [order(0, 2_100), order(1_000, 1_100)];
    const [before, after] = toPhaseLoads({ phases, arrivals, outcomes, orders });
    expect(before).toMatchObject({ accepted: 2, unsent: 0, offeredPerSecond: 1, goodputPerSecond: 0.5, p99Ms: 1 });
    expect(after).toMatchObject({ accepted: 3, unsent: 1, offeredPerSecond: 4, goodputPerSecond: 1, p99Ms: 4 });
  });
});

test('an accepted order that is lost or never ends fails the bench', () => {
  const accepted = (id: string) => ({ kind: 'accepted', id, ms: 1 }) as const;
  expect(countLost([accepted('1'), accepted('2'), { kind: 'refused' }], [order(1, 2)])).toBe(1);
  const clean = { lost: 0, unfinished: 0, deadLetters: 0, drainSeconds: 0, maxOpen: 0, maxQueued: 0, byStatus: {} };
  const failuresWith = (counts: object) =>
    loadSection.brokenBudgets({
      capacityPerSecond: 1,
      profiles: [{ profile: 'spike', phases: [], ...clean, samples: [], ...counts }],
    });
  expect(failuresWith({})).toEqual([]);
  expect(failuresWith({ lost: 1 })).toEqual(['load spike: 1 accepted orders lost']);
  expect(failuresWith({ unfinished: 2, deadLetters: 1 })).toEqual([
    'load spike: 2 orders not ended',
    'load spike: 1 dead letters',
  ]);
});
