import type { BaseRuntime } from '#platform/runtime/runtime';

const FIRST_WAIT_MS = 20;
const MAX_WAIT_MS = 1_000;
/** How long an HTTP request retries against concurrent writers before its client gets the conflict. */
const REQUEST_RETRY_MS = 4_000;

/** When a request that starts now stops retrying, in milliseconds since 1970. */
export const requestDeadlineMs = ({ now }: Pick<BaseRuntime, 'now'>): number => now().getTime() + REQUEST_RETRY_MS;

/**
 * Waits before try `attempt + 1` (from 0) with full jitter: up to 20 ms, 40 ms, ... 1 s, so that competing writers do not collide
 * again. Returns false at once where the wait would last past `deadlineMs` (milliseconds since 1970).
 */
export const backoffUntil =
  ({ now, random, sleep }: Pick<BaseRuntime, 'now' | 'random' | 'sleep'>, deadlineMs: number) =>
  async (attempt: number): Promise<boolean> => {
    const waitMs = Math.ceil(random() * Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt));
    if (now().getTime() + waitMs >= deadlineMs) return false;
    await sleep(waitMs);
    return true;
  };
