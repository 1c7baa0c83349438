import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1_000;

/** Asks until the answer is as wanted, ever more slowly; after the deadline it fails with the last answer. */
export const until = async <T>(withinMs: number, ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> => {
  const deadline = Date.now() + withinMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (Date.now() > deadline)
      throw new Error(`not within ${withinMs} ms, but: ${JSON.stringify(answer).slice(0, 2_000)}`);
    await sleep(pause);
  }
};
