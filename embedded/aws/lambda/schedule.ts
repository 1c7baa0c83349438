import type { Clock } from '../service.ts';

/** Runs the task at a fixed interval until the returned function is called, whether or not the previous run has finished. */
export const startSchedule = (clock: Clock, intervalMs: number, task: () => Promise<unknown>): (() => void) => {
  let cancel = () => {};
  const scheduleNext = () => {
    cancel = clock.setTimer(intervalMs, () => {
      scheduleNext();
      // the task reports its own failures, and the next run repeats its work
      task().catch(() => undefined);
    });
  };
  scheduleNext();
  return () => cancel();
};
