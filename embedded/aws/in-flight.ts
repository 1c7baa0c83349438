/**
 * Counts requests, stream records, messages and executions in flight. One that causes another ends only after the other has
 * started, so a count of zero means that the system is idle.
 */
export type InFlight = {
  readonly begin: () => void;
  readonly end: () => void;
  /** Resolves once nothing is in flight. */
  readonly whenIdle: () => Promise<void>;
};

export const createInFlightCounter = (): InFlight => {
  let count = 0;
  let waiting: (() => void)[] = [];
  return {
    begin() {
      count += 1;
    },
    end() {
      count -= 1;
      if (count > 0) return;
      const resolvers = waiting;
      waiting = [];
      for (const resolve of resolvers) resolve();
    },
    whenIdle: () => (count === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
};
