import type { Arrival } from './load-profiles.ts';
import type { OrderHistory } from './order-history.ts';
import type { Reading } from './sampler.ts';

/** One second of a load, named by its middle. */
export type LoadSample = {
  readonly second: number;
  readonly offered: number;
  readonly goodput: number;
  /** The maximum of orders that were placed and had not ended. */
  readonly open: number;
  /** The maximum of messages that were read in queues. */
  readonly queued: number;
};

/** What happened during a load. All times count from its start. */
export type LoadCourse = {
  readonly arrivals: readonly Arrival[];
  readonly orders: readonly OrderHistory[];
  readonly queueReadings: readonly Reading[];
  readonly seconds: number;
};

const secondOf = (ms: number) => Math.floor(ms / 1_000);

/** The maximum of open orders, by second. An order that never ended stays open. */
const maxOpenBySecond = (orders: readonly OrderHistory[], seconds: number): readonly number[] => {
  const changes = orders
    .flatMap(({ placedAt, endedAt }) => [
      { at: placedAt, delta: 1 },
      ...(endedAt === undefined ? [] : [{ at: endedAt, delta: -1 }]),
    ])
    .sort((a, b) => a.at - b.at);
  const maxOpen: number[] = [];
  let [open, next] = [0, 0];
  for (let second = 0; second < seconds; second += 1) {
    maxOpen[second] = open;
    for (let change = changes[next]; change && secondOf(change.at) <= second; change = changes[++next]) {
      open += change.delta;
      maxOpen[second] = Math.max(maxOpen[second] ?? 0, open);
    }
  }
  return maxOpen;
};

export const toLoadSamples = ({ arrivals, orders, queueReadings, seconds }: LoadCourse): readonly LoadSample[] => {
  const offered = new Array<number>(seconds).fill(0);
  const goodput = new Array<number>(seconds).fill(0);
  const queued = new Array<number>(seconds).fill(0);
  const increment = (counts: number[], ms: number) => {
    counts[secondOf(ms)] = (counts[secondOf(ms)] ?? 0) + 1;
  };
  for (const { offsetMs } of arrivals) increment(offered, offsetMs);
  for (const { status, endedAt } of orders)
    if (status === 'confirmed' && endedAt !== undefined) increment(goodput, endedAt);
  for (const { at, value } of queueReadings) queued[secondOf(at)] = Math.max(queued[secondOf(at)] ?? 0, value);
  const open = maxOpenBySecond(orders, seconds);
  return Array.from({ length: seconds }, (_, n) => ({
    ...{ second: n + 0.5, offered: offered[n] ?? 0, goodput: goodput[n] ?? 0 },
    ...{ open: open[n] ?? 0, queued: queued[n] ?? 0 },
  }));
};
