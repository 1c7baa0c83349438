import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from './service.ts';

type Timer = { readonly dueAt: number; readonly task: () => void };

export type VirtualClock = Clock & {
  /** Lets this much time pass and runs the timers that become due, in order, each after the effects of the previous one. */
  readonly advance: (ms: number) => Promise<void>;
  /** The number of pending timers. */
  readonly pendingTimers: () => number;
};

/** Promises that a task resolves run their callbacks within that many turns of the event loop. */
const SETTLING_TURNS = 5;

const settle = async () => {
  for (let n = 0; n < SETTLING_TURNS; n += 1) await nextTurn();
};

/** A clock whose time passes only in `advance`. */
export const createVirtualClock = (startMs = Date.UTC(2026, 0, 1)): VirtualClock => {
  let now = startMs;
  let timers: readonly Timer[] = [];
  return {
    now: () => now,
    after(ms, task) {
      const timer = { dueAt: now + ms, task };
      timers = [...timers, timer].sort((a, b) => a.dueAt - b.dueAt);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    async advance(ms) {
      const until = now + ms;
      await settle();
      for (let [next] = timers; next && next.dueAt <= until; [next] = timers) {
        now = Math.max(now, next.dueAt);
        timers = timers.slice(1);
        next.task();
        await settle();
      }
      now = until;
    },
    pendingTimers: () => timers.length,
  };
};
