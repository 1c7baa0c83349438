import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from './service.ts';

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** For so long the host may work on without looking at its sockets. */
const SLICE_MS = 5;

const slices = () => {
  let begun = performance.now();
  return async () => {
    if (performance.now() - begun < SLICE_MS) return;
    await nextTurn();
    begun = performance.now();
  };
};

/** The one place of the host where real time comes in. */
export const machineClock: Clock = {
  now: () => Date.now(),
  after(ms, task) {
    // a timer of no time at all is due again and again before a socket is looked at
    if (ms <= 0) {
      const turn = setImmediate(task);
      return () => clearImmediate(turn);
    }
    const timer = setTimeout(task, Math.min(ms, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
  turn: slices(),
};

export const sleep = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => void clock.after(ms, resolve));

/** The same time, but all that still waits can be taken back at once, so that nothing outlives its owner. */
export const stoppable = (clock: Clock): Clock & { readonly stop: () => void } => {
  const waiting = new Set<() => void>();
  let stopped = false;
  return {
    now: () => clock.now(),
    ...(clock.turn && { turn: clock.turn }),
    after(ms, task) {
      if (stopped) return () => {};
      const takeBack = clock.after(ms, () => {
        waiting.delete(takeBack);
        task();
      });
      waiting.add(takeBack);
      return () => {
        waiting.delete(takeBack);
        takeBack();
      };
    },
    stop() {
      stopped = true;
      for (const takeBack of waiting) takeBack();
      waiting.clear();
    },
  };
};
