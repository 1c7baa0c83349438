import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Correlation, createCorrelation } from '#platform/runtime/correlation';
import { embeddedMetric } from '#platform/runtime/embedded-metric';
import type { LambdaEntry } from '#platform/runtime/lambda';
import { createLogger } from '#platform/runtime/logger';
import type { BaseRuntime, Clients, Runtime } from '#platform/runtime/runtime';
import { createTenantScope } from '#platform/runtime/tenant-scope';
import { requireSettings } from '#platform/runtime/times';

const env: BaseRuntime['env'] = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`environment variable ${name} is not set`);
  return value;
};

const baseRuntime = (functionName: string, correlation: Correlation): BaseRuntime => ({
  now: () => new Date(),
  newId: randomUUID,
  random: Math.random,
  randomBytes: (length) => randomBytes(length),
  sleep: (ms) => sleep(ms),
  fetch: (url, { timeoutMs, ...init }) => fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) }),
  times: requireSettings(JSON.parse(env('TIMES'))),
  env,
  functionName,
  logger: createLogger(correlation, { serviceName: functionName }),
  correlation,
  tenants: createTenantScope(process.env['TENANTS']),
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
  const functionName = process.env['AWS_LAMBDA_FUNCTION_NAME'];
  if (!functionName) return undefined;
  const base = baseRuntime(functionName, createCorrelation());
  const created = Object.fromEntries(
    Object.entries<(rt: BaseRuntime) => unknown>(clients).map(([name, createClient]) => [name, createClient(base)]),
  );
  return create({ ...base, ...created } as Runtime<C>);
};
