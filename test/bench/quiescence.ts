import { setTimeout as sleep } from 'node:timers/promises';
import type { AwsEndpoint } from './aws-endpoint.ts';

const POLL_INTERVAL_MS = 250;

/** Waits until every order has ended and no message is left. Resolves to false after the timeout. */
export const waitForQuiescence = async (
  { countOpenOrders, countQueued }: AwsEndpoint,
  timeoutMs: number,
): Promise<boolean> => {
  const deadline = performance.now() + timeoutMs;
  while ((await countOpenOrders()) + (await countQueued()) > 0) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_INTERVAL_MS);
  }
  return true;
};
