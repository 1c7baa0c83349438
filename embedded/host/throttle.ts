import type { Throttle } from '#platform/manifest';
import { ttlCache } from '#platform/runtime/ttl-cache';
import { createTokenBucket, type TokenBucket } from '../aws/api-gateway/token-bucket.ts';
import type { Clock } from '../aws/service.ts';

const MAX_BUCKETS = 10_000;
const KNOWN_FOR_MS = 3_600_000;

export type RequestThrottle = {
  /** Before the authorizer is called: false where the token is unknown and there are too many requests with such tokens. */
  readonly allowToken: (token: string | undefined) => boolean;
  /** After it has allowed the token: false where its principal sends too many requests. */
  readonly allowPrincipal: (token: string | undefined, principalId: string) => boolean;
};

/**
 * Bounds the requests of each tenant, and those of all strangers together, so that neither occupies the functions (ADR 93). A token is known for an
 * hour after it was allowed.
 */
export const createThrottle = (limits: Throttle, clock: Pick<Clock, 'now'>): RequestThrottle => {
  const { now } = clock;
  // after this time without a request a bucket is full again, as a new one is
  const refillMs = Math.ceil((limits.burst / limits.rate) * 1_000);
  const buckets = ttlCache<TokenBucket>({ ttlMs: refillMs, maxKeys: MAX_BUCKETS, now });
  const knownTokens = ttlCache<true>({ ttlMs: KNOWN_FOR_MS, maxKeys: MAX_BUCKETS, now });
  const strangers = createTokenBucket(limits, clock);

  return {
    allowToken: (token = '') => knownTokens.get(token) === true || strangers.take(),
    allowPrincipal(token = '', principalId) {
      knownTokens.set(token, true);
      const bucket = buckets.get(principalId) ?? createTokenBucket(limits, clock);
      buckets.set(principalId, bucket);
      return bucket.take();
    },
  };
};
