import type { LogLevel } from '@aws-lambda-powertools/logger/types';
import { createCorrelation } from '#platform/runtime/correlation';
import { createLogger } from '#platform/runtime/logger';
import type { Clients, Fetch, Runtime, Variable } from '#platform/runtime/runtime';
import { createTenantScope } from '#platform/runtime/tenant-scope';
import type { Times } from '#platform/runtime/times';
import { guardTenants } from '#platform/table/guard';
import { sleep } from '../aws/clock.ts';
import { createRequestHandler } from '../aws/dispatch.ts';
import { createUuid, type RandomSource } from '../aws/random.ts';
import type { Caller, Clock, Service } from '../aws/service.ts';
import { createClients } from './clients.ts';
import { noCpuShares, type WhileWaiting } from './cpu-shares.ts';

/** A metric, with the name of the function that recorded it. */
export type MetricRecord = {
  readonly functionName: string;
  readonly name: string;
  readonly value: number;
  readonly details: Readonly<Record<string, unknown>>;
};

/** What every execution environment of the host shares. */
export type RuntimeOptions = {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly services: readonly Service[];
  readonly fetch: Fetch;
  /** Runs each wait of a function. */
  readonly whileWaiting?: WhileWaiting | undefined;
  readonly logLevel: LogLevel;
  readonly times: Times;
  /** Whether the table's clients refuse the keys of other tenants. Default true. */
  readonly tenantGuard?: boolean | undefined;
  /** Called with every metric. */
  readonly onMetric?: ((metric: MetricRecord) => void) | undefined;
};

export type FunctionIdentity = {
  readonly caller: Caller;
  readonly variables: Readonly<Partial<Record<Variable, string>>>;
};

export type FunctionRuntime = {
  readonly runtime: Runtime<keyof Clients>;
  readonly kill: () => void;
  /** The caller of its service calls. Each environment has its own. */
  readonly caller: Caller;
};

/**
 * Creates the runtime of one execution environment. After `kill` its calls never settle, so that code that still runs in it has no
 * further effect, as in a process that has exited.
 */
export const createFunctionRuntime = (
  { caller, variables }: FunctionIdentity,
  options: RuntimeOptions,
): FunctionRuntime => {
  const { clock, random, services, logLevel, times, tenantGuard = true, onMetric } = options;
  const { whileWaiting = noCpuShares.whileWaiting } = options;
  let killed = false;
  const whileAlive =
    <A extends unknown[], T>(run: (...args: A) => Promise<T>) =>
    (...args: A): Promise<T> =>
      new Promise((resolve, reject) => {
        if (killed) return;
        run(...args).then(
          (value) => killed || resolve(value),
          (error) => killed || reject(error),
        );
      });
  const handler = createRequestHandler(services, caller);
  const correlation = createCorrelation();
  const tenants = createTenantScope(variables.TENANTS);
  const metric = (name: string, value: number, details: MetricRecord['details'] = {}) =>
    killed || onMetric?.({ functionName: caller.name, name, value, details });
  const guard = (db: Clients['db']) => guardTenants(db, { tenants, metric, functionName: caller.name });
  const clients = createClients(
    { ...handler, handle: whileAlive(handler.handle) },
    { random, ...(tenantGuard && { guard }) },
  );
  const runtime = {
    now: () => new Date(clock.now()),
    newId: () => createUuid(random),
    random: random.nextFloat,
    randomBytes: random.nextBytes,
    sleep: whileAlive((ms: number) => whileWaiting(() => sleep(clock, ms))),
    fetch: whileAlive<Parameters<Fetch>, Response>((...request) => whileWaiting(() => options.fetch(...request))),
    times,
    env(name: Variable): string {
      const value = variables[name];
      if (value === undefined) throw new Error(`environment variable ${name} is not set`);
      return value;
    },
    functionName: caller.name,
    logger: createLogger(correlation, { serviceName: caller.name, logLevel }),
    correlation,
    tenants,
    metric,
  };
  return {
    runtime: Object.defineProperties(runtime, Object.getOwnPropertyDescriptors(clients)) as Runtime<keyof Clients>,
    kill() {
      killed = true;
    },
    caller,
  };
};
