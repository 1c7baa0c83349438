import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from './service.ts';

type Timer = { readonly dueAtMs: number; readonly callback: () => void };

export type VirtualClock = Clock & {
  /**
   * Advances the time and runs the timers that become due, in order. Each timer waits until the promises of the previous one have
   * settled.
   */
  readonly advance: (durationMs: number) => Promise<void>;
  readonly countPendingTimers: () => number;
};

/**
 * The promise callbacks of a task finish within five turns of the event loop. This is assumed, not measured: callbacks run as
 * microtasks within one turn, and the other turns serve tasks that wait for an immediate.
 */
const MAX_SETTLE_TURNS = 5;

const settle = async () => {
  for (let n = 0; n < MAX_SETTLE_TURNS; n += 1) await nextTurn();
};

/** Creates a clock whose time changes only when you call `advance`. */
export const createVirtualClock = (startMs = Date.UTC(2026, 0, 1)): VirtualClock => {
  let nowMs = startMs;
  let timers: readonly Timer[] = [];
  return {
    now: () => nowMs,
    setTimer(delayMs, callback) {
      const timer = { dueAtMs: nowMs + delayMs, callback };
      timers = [...timers, timer].sort((a, b) => a.dueAtMs - b.dueAtMs);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    async advance(durationMs) {
      const untilMs = nowMs + durationMs;
      await settle();
      for (let [next] = timers; next && next.dueAtMs <= untilMs; [next] = timers) {
        nowMs = Math.max(nowMs, next.dueAtMs);
        timers = timers.slice(1);
        next.callback();
        await settle();
      }
      nowMs = untilMs;
    },
    countPendingTimers: () => timers.length,
  };
};
