import { ConfiguredRetryStrategy } from '@smithy/core/retry';

/** The one retry strategy of every SDK client: 2 attempts, full jitter of at most 100 ms between them. */
export const retryStrategy = (random: () => number) => new ConfiguredRetryStrategy(2, () => Math.ceil(random() * 100));

/** Attempts times this stays below every function's time-out minus a second. */
export const REQUEST_TIMEOUT_MS = 2_000;
