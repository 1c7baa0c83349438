import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Correlation, createCorrelation } from '#platform/runtime/correlation';
import { embeddedMetric } from '#platform/runtime/embedded-metric';
import type { LambdaEntry } from '#platform/runtime/lambda';
import { createLogger } from '#platform/runtime/logger';
import type { BaseRuntime, Clients, Runtime } from '#platform/runtime/runtime';
import { requireSettings } from '#platform/runtime/times';

const env: BaseRuntime['env'] = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`environment variable ${name} is not set`);
  return value;
};

const baseRuntime = (correlation: Correlation): BaseRuntime => ({
  now: () => new Date(),
  newId: randomUUID,
  random: Math.random,
  randomBytes: (length) => randomBytes(length),
  sleep: (ms) => sleep(ms),
  fetch: (url, { timeoutMs, ...init }) => fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) }),
  times: requireSettings(JSON.parse(env('TIMES'))),
  env,
  logger: createLogger(correlation, { serviceName: process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? 'breakwater' }),
  correlation,
  metric: (name, value, details) =>
    void process.stdout.write(
      `${embeddedMetric({ stage: env('STAGE'), timestampMs: Date.now(), name, value, details })}\n`,
    ),
});

/**
 * Builds an entry point's handler with the real runtime. The generated module of each bundle calls it as Lambda loads it; outside
 * Lambda there is no handler.
 */
export const handlerOnAws = <C extends keyof Clients, H>({ clients, create }: LambdaEntry<C, H>): H | undefined => {
  if (!process.env['AWS_LAMBDA_FUNCTION_NAME']) return undefined;
  const created = Object.fromEntries(
    Object.entries<() => unknown>(clients).map(([name, createClient]) => [name, createClient()]),
  );
  return create({ ...baseRuntime(createCorrelation()), ...created } as Runtime<C>);
};
