import { setTimeout as sleep } from 'node:timers/promises';

export type Sample = { readonly at: number; readonly value: number };

/** Reads a value every so often until it is told to stop, and then gives back all that it read. */
export const sampled = (everyMs: number, read: () => Promise<number>) => {
  const samples: Sample[] = [];
  const stopping = new AbortController();
  const course = (async () => {
    while (!stopping.signal.aborted) {
      const at = Date.now();
      samples.push({ at, value: await read() });
      await sleep(everyMs);
    }
  })();
  // whoever stops it hears of what went wrong; until then nobody listens
  course.catch(() => {});
  return async (): Promise<readonly Sample[]> => {
    stopping.abort();
    await course;
    return samples;
  };
};
