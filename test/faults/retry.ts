import type { ApiResponse } from '../acceptance/client.ts';
import { host } from '../acceptance/host.ts';
import { pollUntil } from '../acceptance/poll.ts';

/** Sends a request as a good client does, and retries it if there is no answer or a 5xx. */
export const retryUntilAnswered = async <T>(sendRequest: () => Promise<ApiResponse<T>>): Promise<ApiResponse<T>> => {
  const result = await pollUntil(
    host.limits.rushMs,
    () => sendRequest().catch((error: unknown) => ({ failure: String(error) })),
    (value) => 'status' in value && value.status < 500,
  );
  if ('failure' in result) throw new Error(result.failure);
  return result;
};
