import type { Clock } from '../service.ts';

/** How many tokens a bucket gets each second, and how many it holds. */
export type BucketLimits = { readonly rate: number; readonly burst: number };

export type TokenBucket = {
  /** Takes a token; false if there is none. */
  readonly take: () => boolean;
};

/** A token bucket, as a usage plan of API Gateway has for each key. It starts full. */
export const createTokenBucket = ({ rate, burst }: BucketLimits, clock: Pick<Clock, 'now'>): TokenBucket => {
  let tokens = burst;
  let filledAt = clock.now();
  return {
    take() {
      const now = clock.now();
      tokens = Math.min(burst, tokens + (Math.max(0, now - filledAt) / 1_000) * rate);
      filledAt = now;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
};
