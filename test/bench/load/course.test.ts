import { describe, expect, test } from 'vitest';
import { growthOf } from '../soak/growth.ts';
import type { Heap } from '../soak/heap.ts';
import { loadSection } from './load.section.ts';
import { momentsOf } from './moments.ts';
import { lostOf, phaseLoads } from './phase-loads.ts';
import { arrivals } from './shapes.ts';

const phases = [
  { name: 'before', seconds: 2, share: 0.5 },
  { name: 'after', seconds: 1, share: 2 },
];
const order = (placedAt: number, endedAt?: number, status = endedAt === undefined ? 'placed' : 'confirmed') => ({
  ...{ id: `${placedAt}`, status, placedAt, endedAt },
});

describe('a load', () => {
  test('comes evenly in each phase, at its share of the capacity', () => {
    expect(arrivals(phases, 2).map(({ atMs, phase }) => [atMs, phase])).toEqual([
      [0, 0],
      [1_000, 0],
      ...[2_000, 2_250, 2_500, 2_750].map((atMs) => [atMs, 1]),
    ]);
  });

  test('goodput counts what was confirmed, when it was; what never ends stays open', () => {
    const orders = [order(100, 900), order(200, 1_100), order(300), order(1_500, 1_600, 'cancelled')];
    const queued = [
      { at: 250, value: 3 },
      { at: 500, value: 2 },
    ];
    expect(momentsOf({ arrivals: arrivals(phases, 2), orders, queued, seconds: 3 })).toEqual([
      { second: 0.5, offered: 1, goodput: 1, open: 3, queued: 3 },
      { second: 1.5, offered: 1, goodput: 1, open: 2, queued: 0 },
      { second: 2.5, offered: 4, goodput: 0, open: 1, queued: 0 },
    ]);
  });

  test('counts each outcome in the phase of its arrival, each order in that of its end', () => {
    const all = arrivals(phases, 2);
    const outcomes = all.map((_, n) =>
      n === 5 ? ({ is: 'unsent' } as const) : ({ is: 'accepted', id: `${n}`, ms: n } as const),
    );
    const [before, after] = phaseLoads(phases, all, outcomes, [order(0, 2_100), order(1_000, 1_100)]);
    expect(before).toMatchObject({ accepted: 2, unsent: 0, offeredPerSecond: 1, goodputPerSecond: 0.5, p99Ms: 1 });
    expect(after).toMatchObject({ accepted: 3, unsent: 1, offeredPerSecond: 4, goodputPerSecond: 1, p99Ms: 4 });
  });
});

test('an order that was accepted and is none is lost, and fails the bench, as does one that never ends', () => {
  const accepted = (id: string) => ({ is: 'accepted', id, ms: 1 }) as const;
  expect(lostOf([accepted('1'), accepted('2'), { is: 'refused' }], [order(1, 2)])).toBe(1);
  const well = { lost: 0, unended: 0, dead: 0, drainSeconds: 0, mostOpen: 0, mostQueued: 0, byStatus: {}, moments: [] };
  const judged = (count: object) =>
    loadSection.broken({ capacityPerSecond: 1, shapes: [{ shape: 'spike', phases: [], ...well, ...count }] });
  expect(judged({})).toEqual([]);
  expect(judged({ lost: 1 })).toEqual(['load spike: 1 accepted orders lost']);
  expect(judged({ unended: 2, dead: 1 })).toEqual(['load spike: 2 orders not ended', 'load spike: 1 dead letters']);
});

describe('what a soak leaves behind', () => {
  const heap = (used: number): Heap => ({ used, external: 0, resources: { Timeout: 1 } });
  const round = (orders: number, used: number, ordersPerSecond = 100) => ({
    ...{ orders, ordersPerSecond, full: heap(used * 2), tableBytes: 0, emptied: heap(used) },
  });

  test('is counted from when all executions that are kept are there', () => {
    const rounds = [round(10_000, 9_000_000), round(20_000, 10_000_000), round(30_000, 11_000_000, 50)];
    expect(growthOf({ warmedUp: heap(0), rounds })).toEqual({
      ...{ orders: 20_000, bytesPerOrder: 100, allowedPerOrder: 512, resources: 0, speedKept: 0.75 },
    });
  });

  test('has the executions in it while there are few', () => {
    const growth = growthOf({ warmedUp: heap(0), rounds: [round(500, 1_000_000), round(1_000, 2_000_000)] });
    expect(growth).toMatchObject({ orders: 1_000, bytesPerOrder: 2_000, allowedPerOrder: 1_536 });
  });
});
