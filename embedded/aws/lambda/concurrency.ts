import { throttleError } from './function-error.ts';

/** Runs an invocation, or throws the error of a throttled one. It never waits. */
export type Concurrency = <T>(invocation: () => Promise<T>) => Promise<T>;

/**
 * Limits how many invocations run at a time, over all functions that use it. The functions of an account share one such limit. A
 * function with reserved concurrency has a limit of its own, and what is reserved is taken from the limit of the others.
 */
export const createConcurrency = (limit: number): Concurrency => {
  let running = 0;
  return async (invocation) => {
    if (running >= limit) throw throttleError();
    running += 1;
    try {
      return await invocation();
    } finally {
      running -= 1;
    }
  };
};
