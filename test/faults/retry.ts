import { host } from '../acceptance/host.ts';
import { pollUntil } from '../acceptance/poll.ts';
import type { ApiResponse } from '../acceptance/request.ts';

/** Sends a request until it is answered with another status than a 5xx: while functions die, a 500 is no defect. */
export const retryUntilAnswered = async <T>(sendRequest: () => Promise<ApiResponse<T>>): Promise<ApiResponse<T>> => {
  const result = await pollUntil(
    host.limits.rushMs,
    () => sendRequest().catch((error: unknown) => ({ failure: String(error) })),
    (value) => 'status' in value && value.status < 500,
  );
  if ('failure' in result) throw new Error(result.failure);
  return result;
};
