import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { embeddedMetric } from '#shared/aws/embedded-metric';
import { type Correlation, makeCorrelation } from '#shared/correlation';
import { correlatedLogger } from '#shared/logger';
import type { Clients, Runtime, World } from '#shared/runtime';

const env: World['env'] = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`environment variable ${name} is not set`);
  return value;
};

const world = (correlation: Correlation): World => ({
  now: () => new Date(),
  newId: randomUUID,
  random: Math.random,
  randomBytes: (length) => randomBytes(length),
  sleep: (ms) => sleep(ms),
  fetch: (url, { timeoutMs, ...init }) => fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) }),
  times: JSON.parse(env('TIMES')),
  env,
  logger: correlatedLogger(correlation, { serviceName: process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? 'breakwater' }),
  correlation,
  metric: (name, value, details) =>
    void process.stdout.write(`${embeddedMetric(env('STAGE'), Date.now(), name, value, details)}\n`),
});

/**
 * Builds the handler as Lambda loads its module, and only there: the other hosts call `create` themselves. Each entry names the
 * clients that it needs, so that its bundle holds no other.
 */
export const onAws = <C extends keyof Clients, H>(
  create: (rt: Runtime<C>) => H,
  clients: { readonly [K in C]: () => Clients[K] },
): H | undefined => {
  if (!process.env['AWS_LAMBDA_FUNCTION_NAME']) return undefined;
  const made = Object.fromEntries(Object.entries<() => unknown>(clients).map(([name, make]) => [name, make()]));
  return create({ ...world(makeCorrelation()), ...made } as Runtime<C>);
};
