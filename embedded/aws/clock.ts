import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from './service.ts';

const MAX_TIMER_MS = 2 ** 31 - 1;

/** The maximum time for which invocations run without letting the event loop poll its sockets. */
const MAX_SLICE_MS = 5;
/** Each poll accepts one new connection at most, so a single one for each slice would let 600 connections wait for seconds. */
const POLLS_PER_YIELD = 10;

const createYield = () => {
  let sliceStartedMs = performance.now();
  return async () => {
    if (performance.now() - sliceStartedMs < MAX_SLICE_MS) return;
    for (let poll = 0; poll < POLLS_PER_YIELD; poll += 1) await nextTurn();
    sliceStartedMs = performance.now();
  };
};

/** The system's time. No other module reads it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(delayMs, callback) {
    // a chain of timers of 0 ms would run to its end before the event loop polls a socket; immediates let it poll
    if (delayMs <= 0) {
      const immediate = setImmediate(callback);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(callback, Math.min(delayMs, MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
  yieldToIo: createYield(),
};

export const sleep = (clock: Clock, durationMs: number): Promise<void> =>
  new Promise((resolve) => void clock.setTimer(durationMs, resolve));

/** Creates a clock with the same time and a `stop` that cancels every pending timer, so that no timer outlives its owner. */
export const createStoppableClock = (clock: Clock): Clock & { readonly stop: () => void } => {
  const pending = new Set<() => void>();
  let stopped = false;
  return {
    now: () => clock.now(),
    ...(clock.yieldToIo && { yieldToIo: clock.yieldToIo }),
    setTimer(delayMs, callback) {
      if (stopped) return () => {};
      const cancel = clock.setTimer(delayMs, () => {
        pending.delete(cancel);
        callback();
      });
      pending.add(cancel);
      return () => {
        pending.delete(cancel);
        cancel();
      };
    },
    stop() {
      stopped = true;
      for (const cancel of pending) cancel();
      pending.clear();
    },
  };
};
