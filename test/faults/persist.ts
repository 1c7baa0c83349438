import type { Answer } from '../acceptance/client.ts';
import { host } from '../acceptance/host.ts';
import { until } from '../acceptance/poll.ts';

/** Asks as a good client does: what has no answer, or one of 5xx, is asked again. */
export const persist = async <T>(ask: () => Promise<Answer<T>>): Promise<Answer<T>> => {
  const answer = await until(
    host.limits.rushMs,
    () => ask().catch((error: unknown) => ({ unanswered: String(error) })),
    (it) => 'status' in it && it.status < 500,
  );
  if ('unanswered' in answer) throw new Error(answer.unanswered);
  return answer;
};
