import type { Context } from 'aws-lambda';
import type { Caller, Clock } from '../service.ts';
import { contextOf } from './context.ts';
import { crashed, type FunctionError, thrownBy, timedOut } from './function-error.ts';

export type Handler = (event: unknown, context: Context) => unknown;

/** One place where a function runs, one invocation at a time. Once killed, what still runs in it has no effect. */
export type Environment = { readonly handler: Handler; readonly kill: () => void; readonly caller?: Caller };

export type LambdaFunction = {
  readonly name: string;
  readonly timeoutMs: number;
  /** The most environments at a time; further invocations wait for one. */
  readonly concurrency: number;
  readonly build: () => Promise<Environment>;
};

export type Pool = {
  /**
   * Answers what the handler answers, as JSON carries it, or throws a FunctionError. `begun` is called once an environment is
   * free: on Lambda there would have been one at once, so whoever limits the time counts from then.
   */
  readonly invoke: (event: unknown, begun?: () => void) => Promise<unknown>;
  /** Ends environments in the midst of what they do, as a crash of their processes would: all, or that of this caller. */
  readonly crash: (only?: Caller) => void;
};

/** Events and answers cross a boundary: what JSON cannot carry does not get over. */
const acrossTheWire = (value: unknown): unknown => (value === undefined ? null : JSON.parse(JSON.stringify(value)));

const semaphore = (most: number) => {
  let free = most;
  const waiting: (() => void)[] = [];
  return {
    take: (): Promise<void> | void => {
      if (free === 0) return new Promise((resolve) => waiting.push(resolve));
      free -= 1;
    },
    give() {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    },
  };
};

/** The environments of one function: idle ones are used again, and one that crashed or timed out never is. */
export const environments = (fn: LambdaFunction, clock: Clock, newId: () => string): Pool => {
  const idle: Environment[] = [];
  const crashes = new Map<() => void, Environment>();
  const slots = semaphore(fn.concurrency);

  const build = () =>
    fn.build().catch((error): never => {
      throw thrownBy(error);
    });

  const run = (environment: Environment, event: unknown, requestId: string) =>
    new Promise<unknown>((resolve, reject) => {
      const end = () => {
        takeBack();
        crashes.delete(crash);
      };
      const perish = (error: FunctionError) => {
        end();
        environment.kill();
        reject(error);
      };
      const crash = () => perish(crashed(requestId));
      const survive = (settle: () => void) => {
        // what a killed environment still says is heard by nobody
        if (!crashes.has(crash)) return;
        end();
        idle.push(environment);
        settle();
      };
      const takeBack = clock.after(fn.timeoutMs, () => perish(timedOut(requestId, fn.timeoutMs)));
      crashes.set(crash, environment);
      const context = contextOf({ name: fn.name, requestId, timeoutMs: fn.timeoutMs }, clock);
      // functions that work in one process never wait for anything outside of it: without a turn, a backlog of them lets nobody in
      Promise.resolve(clock.turn?.())
        .then(() => environment.handler(acrossTheWire(event), context))
        .then(acrossTheWire)
        .then(
          (answer) => survive(() => resolve(answer)),
          (error) => survive(() => reject(thrownBy(error))),
        );
    });

  return {
    async invoke(event, begun) {
      await slots.take();
      begun?.();
      try {
        return await run(idle.pop() ?? (await build()), event, newId());
      } finally {
        slots.give();
      }
    },
    crash(only) {
      const meant = ({ caller }: Environment) => only === undefined || caller === only;
      for (const environment of idle.filter(meant)) {
        idle.splice(idle.indexOf(environment), 1);
        environment.kill();
      }
      for (const [crash, environment] of [...crashes]) if (meant(environment)) crash();
    },
  };
};
