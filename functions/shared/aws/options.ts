import { REQUEST_TIMEOUT_MS, retryStrategy } from '#shared/retry';

/** What every client has on AWS: our retries, and time-outs that throw. */
export const options = () => ({
  retryStrategy: retryStrategy(Math.random),
  requestHandler: { connectionTimeout: 1_000, requestTimeout: REQUEST_TIMEOUT_MS, throwOnRequestTimeout: true },
});
