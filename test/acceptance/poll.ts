import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_PAUSE_MS = 25;
const MAX_PAUSE_MS = 1_000;

/**
 * Polls at growing intervals until the value is accepted. When the pauses add up to the timeout, it fails with the last value. The
 * time that reads take does not count, so that a busy machine gets as many reads as an idle one.
 */
export const pollUntil = async <T>(
  timeoutMs: number,
  read: () => Promise<T>,
  isAccepted: (value: T) => boolean,
): Promise<T> => {
  let pauseMs = FIRST_PAUSE_MS;
  for (let waitedMs = 0; ; waitedMs += pauseMs) {
    const value = await read();
    if (isAccepted(value)) return value;
    if (waitedMs > timeoutMs)
      throw new Error(`not accepted within ${timeoutMs} ms: ${JSON.stringify(value)?.slice(0, 2_000)}`);
    pauseMs = Math.min(pauseMs * 1.5, MAX_PAUSE_MS);
    await sleep(pauseMs);
  }
};
