import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_PAUSE_MS = 25;
const MAX_PAUSE_MS = 1_000;

/** Polls at growing intervals until the value is accepted. After the timeout it fails with the last value. */
export const pollUntil = async <T>(
  timeoutMs: number,
  read: () => Promise<T>,
  isAccepted: (value: T) => boolean,
): Promise<T> => {
  const deadline = Date.now() + timeoutMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, MAX_PAUSE_MS)) {
    const value = await read();
    if (isAccepted(value)) return value;
    if (Date.now() > deadline)
      throw new Error(`not accepted within ${timeoutMs} ms: ${JSON.stringify(value).slice(0, 2_000)}`);
    await sleep(pause);
  }
};
