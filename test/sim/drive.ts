import { runtime } from './runtime.ts';

type DriveOptions = {
  /** A task that takes more steps makes no progress. */
  readonly maxSteps: number;
  /** Called after every step. The drive ends once it returns true. */
  readonly isOver?: () => boolean;
};

/** How a drive ended. Without a result the task has not. */
export type Drive<T> = {
  readonly steps: number;
  readonly result?: { readonly value: T } | { readonly error: unknown };
};

/** Fires the timers of virtual time one after the other until the task has ended, or cannot or must not go on. */
export const drive = async <T>(
  task: Promise<T>,
  { maxSteps, isOver = () => false }: DriveOptions,
): Promise<Drive<T>> => {
  const ended: { result?: { readonly value: T } | { readonly error: unknown } } = {};
  task.then(
    (value) => {
      ended.result = { value };
    },
    (error: unknown) => {
      ended.result = { error };
    },
  );
  await runtime.settle();
  let steps = 0;
  let isDone = isOver();
  while (!ended.result && !isDone && steps < maxSteps && (await runtime.step())) {
    steps += 1;
    isDone = isOver();
  }
  return { steps, ...ended };
};
