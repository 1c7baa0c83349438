import type { World } from '#shared/runtime';

const FIRST_MS = 20;
const LONGEST_MS = 1_000;

/**
 * Waits before try `attempt + 1` (from 0): full jitter up to 20 ms, 40 ms, ... 1 s, so that those who got in each other's way do
 * not meet again. False, at once, where the wait would last past `until` (milliseconds since 1970).
 */
export const pauseUntil =
  ({ now, random, sleep }: Pick<World, 'now' | 'random' | 'sleep'>, until: number) =>
  async (attempt: number): Promise<boolean> => {
    const ms = Math.ceil(random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt));
    if (now().getTime() + ms >= until) return false;
    await sleep(ms);
    return true;
  };
