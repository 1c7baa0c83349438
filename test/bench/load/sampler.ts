import { setTimeout as sleep } from 'node:timers/promises';

export type Reading = { readonly at: number; readonly value: number };

/** Reads a value at an interval until the returned function is called, which resolves to all readings. */
export const startSampler = (intervalMs: number, read: () => Promise<number>) => {
  const readings: Reading[] = [];
  const stopping = new AbortController();
  const sampling = (async () => {
    while (!stopping.signal.aborted) {
      const at = Date.now();
      readings.push({ at, value: await read() });
      await sleep(intervalMs);
    }
  })();
  // the caller receives the error when it stops the sampler; until then it must not count as unhandled
  sampling.catch(() => {});
  return async (): Promise<readonly Reading[]> => {
    stopping.abort();
    await sampling;
    return readings;
  };
};
