import { appendFileSync } from 'node:fs';
import { inject } from 'vitest';
import type { ApiResponse } from './request.ts';

let count = 0;

/** The number of requests that this test file has sent again. */
export const countRetries = (): number => count;

/** Counts a request that is sent again, with the answer that caused it. */
export const recordRetry = ({ method, url, status, body }: ApiResponse<unknown>): void => {
  count += 1;
  const code = (body as { readonly code?: unknown } | null)?.code ?? JSON.stringify(body);
  appendFileSync(inject('retryLog'), `${status} ${code}\t${method} ${new URL(url).pathname}\n`);
};
