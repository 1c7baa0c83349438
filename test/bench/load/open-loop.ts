import { setTimeout as sleep } from 'node:timers/promises';
import { nthOrder, type Shop } from '../shop.ts';
import type { Arrival } from './shapes.ts';

/** What became of an arrival. Refused is what the backend says it has no room for; failed is any other answer, and none. */
export type Outcome =
  | { readonly is: 'accepted'; readonly id: string; readonly ms: number }
  | { readonly is: 'failed'; readonly why: string }
  | { readonly is: 'refused' | 'unsent' };

/** Requests on the wire at once, each with a connection that it keeps: opening one for each would load the machine with that. */
const CONNECTIONS = 128;
/** Arrivals that wait for a connection; those beyond are not sent, and counted as such. */
const MOST_WAITING = 1_000;
const TICK_MS = 5;
const REFUSALS = [429, 503];

/** Lets so many through at a time, and answers whether there was room to wait. */
const gate = () => {
  let free = CONNECTIONS;
  const waiting: (() => void)[] = [];
  return {
    async enter(): Promise<boolean> {
      if (free > 0) free -= 1;
      else if (waiting.length >= MOST_WAITING) return false;
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

/** Orders that arrive when they do, however the backend fares. An answer's time counts from when its order was to be sent. */
export const openLoop = async (shop: Shop, all: readonly Arrival[], name: string): Promise<readonly Outcome[]> => {
  const begun = performance.now();
  const { enter, leave } = gate();

  const send = async ({ atMs }: Arrival, n: number): Promise<Outcome> => {
    if (!(await enter())) return { is: 'unsent' };
    try {
      const { status, text } = await shop.request('POST', '/v1/orders', nthOrder(n), `${name}-${n}`);
      if (REFUSALS.includes(status)) return { is: 'refused' };
      if (status !== 202) return { is: 'failed', why: `${status} ${text}` };
      return { is: 'accepted', id: JSON.parse(text).id, ms: performance.now() - begun - atMs };
    } catch (error) {
      return { is: 'failed', why: String(error) };
    } finally {
      leave();
    }
  };

  const outcomes: Promise<Outcome>[] = [];
  for (const [n, arrival] of all.entries()) {
    while (performance.now() - begun < arrival.atMs) await sleep(TICK_MS);
    outcomes.push(send(arrival, n));
  }
  return Promise.all(outcomes);
};
