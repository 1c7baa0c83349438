import { setTimeout as sleep } from 'node:timers/promises';
import { createOrder, type Shop } from '../shop.ts';
import type { Arrival } from './load-profiles.ts';

/**
 * The outcome of an arrival. `refused`: the backend answers that it has no capacity; `failed`: it gives any other answer, or none;
 * `unsent`: the generator has no room for the request.
 */
export type Outcome =
  | { readonly kind: 'accepted'; readonly id: string; readonly ms: number }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'refused' | 'unsent' };

/** Concurrent requests, each on a connection that is kept: opening one for each request would load the machine. */
const MAX_CONNECTIONS = 128;
/** Arrivals that may wait for a connection. */
const MAX_WAITING = 1_000;
const TICK_MS = 5;
const REFUSAL_STATUSES = [429, 503];

/** A semaphore with a bounded queue: `enter` resolves to false if the queue is full. */
const createGate = () => {
  let free = MAX_CONNECTIONS;
  const waiting: (() => void)[] = [];
  return {
    async enter(): Promise<boolean> {
      if (free > 0) free -= 1;
      else if (waiting.length >= MAX_WAITING) return false;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return true;
    },
    leave() {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    },
  };
};

/** Sends each order at its arrival time, however slow the backend is. A latency counts from the arrival time. */
export const runOpenLoop = async (
  shop: Shop,
  arrivals: readonly Arrival[],
  name: string,
): Promise<readonly Outcome[]> => {
  const startedAt = performance.now();
  const { enter, leave } = createGate();

  const send = async ({ offsetMs }: Arrival, n: number): Promise<Outcome> => {
    if (!(await enter())) return { kind: 'unsent' };
    try {
      const { status, text } = await shop.request({
        method: 'POST',
        path: '/v1/orders',
        body: createOrder(n),
        key: `${name}-${n}`,
      });
      if (REFUSAL_STATUSES.includes(status)) return { kind: 'refused' };
      if (status !== 202) return { kind: 'failed', reason: `${status} ${text}` };
      return { kind: 'accepted', id: JSON.parse(text).id, ms: performance.now() - startedAt - offsetMs };
    } catch (error) {
      return { kind: 'failed', reason: String(error) };
    } finally {
      leave();
    }
  };

  const outcomes: Promise<Outcome>[] = [];
  for (const [n, arrival] of arrivals.entries()) {
    while (performance.now() - startedAt < arrival.offsetMs) await sleep(TICK_MS);
    outcomes.push(send(arrival, n));
  }
  return Promise.all(outcomes);
};
