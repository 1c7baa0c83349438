import type { World } from '#shared/runtime';

/** Waits before try `attempt + 1` (from 0). False where there is no time left for one. */
export type Pause = (attempt: number) => Promise<boolean>;

const FIRST_MS = 20;
const LONGEST_MS = 1_000;

/** Full jitter up to 20 ms, 40 ms, ... 1 s, so that those who got in each other's way do not meet again; never past `until`. */
export const pauseUntil =
  ({ now, random, sleep }: Pick<World, 'now' | 'random' | 'sleep'>, until: number): Pause =>
  async (attempt) => {
    const ms = Math.ceil(random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt));
    if (now().getTime() + ms >= until) return false;
    await sleep(ms);
    return true;
  };
