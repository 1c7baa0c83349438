import type { LogLevel } from '@aws-lambda-powertools/logger/types';
import { makeCorrelation } from '#shared/correlation';
import { correlatedLogger } from '#shared/logger';
import type { Clients, Fetch, Metric, Runtime, Variable } from '#shared/runtime';
import type { Times } from '#shared/times';
import { sleep } from '../clock.ts';
import { type Random, uuid } from '../random.ts';
import { requestHandler } from '../sdk.ts';
import type { Caller, Clock, Service } from '../service.ts';
import { clients } from './clients.ts';

/** A count, and who counted. */
export type Counted = {
  readonly by: string;
  readonly name: Metric;
  readonly value: number;
  readonly details: Readonly<Record<string, unknown>>;
};

/** What the host gives to every environment. */
export type Surroundings = {
  readonly clock: Clock;
  readonly random: Random;
  readonly services: readonly Service[];
  readonly fetch: Fetch;
  readonly logLevel: LogLevel;
  readonly times: Times;
  /** Hears of every count. */
  readonly count?: ((counted: Counted) => void) | undefined;
};

export type Identity = {
  readonly caller: Caller;
  readonly variables: Readonly<Partial<Record<Variable, string>>>;
};

export type OwnRuntime = {
  readonly runtime: Runtime<keyof Clients>;
  readonly kill: () => void;
  /** In whose name it calls services: its own and no other environment's. */
  readonly caller: Caller;
};

/**
 * The world of one execution environment. Once killed it answers nothing more, so that what still runs in there has no further
 * effect, as in a process that is gone.
 */
export const ownRuntime = ({ caller, variables }: Identity, around: Surroundings): OwnRuntime => {
  const { clock, random, services, logLevel } = around;
  let killed = false;
  const whileAlive =
    <A extends unknown[], T>(work: (...args: A) => Promise<T>) =>
    (...args: A): Promise<T> =>
      new Promise((resolve, reject) => {
        if (killed) return;
        work(...args).then(
          (value) => killed || resolve(value),
          (error) => killed || reject(error),
        );
      });
  const handler = requestHandler(services, caller);
  const made = clients({ ...handler, handle: whileAlive(handler.handle) }, random);
  const correlation = makeCorrelation();
  const world = {
    now: () => new Date(clock.now()),
    newId: () => uuid(random),
    random: random.number,
    randomBytes: random.bytes,
    sleep: whileAlive((ms: number) => sleep(clock, ms)),
    fetch: whileAlive(around.fetch),
    times: around.times,
    env(name: Variable): string {
      const value = variables[name];
      if (value === undefined) throw new Error(`environment variable ${name} is not set`);
      return value;
    },
    logger: correlatedLogger(correlation, { serviceName: caller.name, logLevel }),
    correlation,
    metric: (name: Metric, value: number, details: Counted['details'] = {}) =>
      killed || around.count?.({ by: caller.name, name, value, details }),
  };
  return {
    runtime: Object.defineProperties(world, Object.getOwnPropertyDescriptors(made)) as Runtime<keyof Clients>,
    kill() {
      killed = true;
    },
    caller,
  };
};
