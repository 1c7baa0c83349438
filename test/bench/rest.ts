import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint } from './endpoint.ts';

const EVERY_MS = 250;

/** Waits until every order has ended and no message is left, at most so long. Answers whether that came. */
export const atRest = async ({ open, queued }: Endpoint, mostMs: number): Promise<boolean> => {
  const until = performance.now() + mostMs;
  while ((await open()) + (await queued()) > 0) {
    if (performance.now() > until) return false;
    await sleep(EVERY_MS);
  }
  return true;
};
