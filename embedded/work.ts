/**
 * Counts what is under way: requests, stream records, messages, executions. Whatever causes more work ends only after that has
 * begun, so zero means that the host is at rest.
 */
export type Work = {
  readonly begin: () => void;
  readonly end: () => void;
  /** Resolves once nothing is under way. */
  readonly settled: () => Promise<void>;
};

export const workload = (): Work => {
  let open = 0;
  let waiting: (() => void)[] = [];
  return {
    begin() {
      open += 1;
    },
    end() {
      open -= 1;
      if (open > 0) return;
      const freed = waiting;
      waiting = [];
      for (const resolve of freed) resolve();
    },
    settled: () => (open === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
};
