import type { Clock } from '../service.ts';

/** Runs the task every so often until the answer is called, whether or not the run before has ended. */
export const repeat = (clock: Clock, everyMs: number, task: () => Promise<unknown>): (() => void) => {
  let stop = () => {};
  const next = () => {
    stop = clock.after(everyMs, () => {
      next();
      // a run that fails has said so in its log, and the next one does its work
      task().catch(() => undefined);
    });
  };
  next();
  return () => stop();
};
