import type { Ended } from './side.ts';

/** What ends an order early as an answer of the server's, not as a fault. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** Walks through an order's calls, and says how long they took and how it ended. */
export const walk = async (steps: (lastCall: <T>(call: Promise<T>) => Promise<T>) => Promise<void>): Promise<Ended> => {
  const begun = performance.now();
  let lastCallMs = Number.NaN;
  const lastCall = async <T>(call: Promise<T>): Promise<T> => {
    const at = performance.now();
    const answer = await call;
    lastCallMs = performance.now() - at;
    return answer;
  };
  const ended = (as: Ended['as'], why?: string): Ended => ({
    ...{ as, lastCallMs, wholeMs: performance.now() - begun },
    ...(why !== undefined && { why }),
  });
  try {
    await steps(lastCall);
    return ended('settled');
  } catch (error) {
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? `${message}: ${cause.message}` : message;
    return ended(error instanceof Refusal ? 'refused' : 'failed', why);
  }
};
