import { throttleError } from './function-error.ts';

/** Runs an invocation, or throws the error of a throttled one. It never waits. */
export type Concurrency = <T>(invocation: () => Promise<T>) => Promise<T>;

/**
 * Limits the invocations at a time, over all functions that use it: those of an account share one, and a function with reserved
 * concurrency has one of its own, which the account's others lack.
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
