import type { Placed } from './placed.ts';
import type { Sample } from './sampled.ts';
import type { Arrival } from './shapes.ts';

/** One second of a load, named by its middle. */
export type Moment = {
  readonly second: number;
  readonly offered: number;
  readonly goodput: number;
  /** The most orders that were placed and had not ended. */
  readonly open: number;
  /** The most messages that were seen in queues. */
  readonly queued: number;
};

/** A load as it went, all times from its begin. */
export type Course = {
  readonly arrivals: readonly Arrival[];
  readonly orders: readonly Placed[];
  readonly queued: readonly Sample[];
  readonly seconds: number;
};

const second = (ms: number) => Math.floor(ms / 1_000);

/** The most orders that were open at once, by second; one that never ended stays open. */
const openBySecond = (orders: readonly Placed[], seconds: number): readonly number[] => {
  const changes = orders
    .flatMap(({ placedAt, endedAt }) => [
      { at: placedAt, by: 1 },
      ...(endedAt === undefined ? [] : [{ at: endedAt, by: -1 }]),
    ])
    .sort((a, b) => a.at - b.at);
  const most: number[] = [];
  let [open, next] = [0, 0];
  for (let n = 0; n < seconds; n += 1) {
    most[n] = open;
    for (let change = changes[next]; change && second(change.at) <= n; change = changes[++next]) {
      open += change.by;
      most[n] = Math.max(most[n] ?? 0, open);
    }
  }
  return most;
};

export const momentsOf = ({ arrivals, orders, queued, seconds }: Course): readonly Moment[] => {
  const offered = new Array<number>(seconds).fill(0);
  const goodput = new Array<number>(seconds).fill(0);
  const inQueues = new Array<number>(seconds).fill(0);
  const count = (counts: number[], ms: number) => {
    counts[second(ms)] = (counts[second(ms)] ?? 0) + 1;
  };
  for (const { atMs } of arrivals) count(offered, atMs);
  for (const { status, endedAt } of orders)
    if (status === 'confirmed' && endedAt !== undefined) count(goodput, endedAt);
  for (const { at, value } of queued) inQueues[second(at)] = Math.max(inQueues[second(at)] ?? 0, value);
  const open = openBySecond(orders, seconds);
  return Array.from({ length: seconds }, (_, n) => ({
    ...{ second: n + 0.5, offered: offered[n] ?? 0, goodput: goodput[n] ?? 0 },
    ...{ open: open[n] ?? 0, queued: inQueues[n] ?? 0 },
  }));
};
