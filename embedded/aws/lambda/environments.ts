import type { Context } from 'aws-lambda';
import type { Caller, Clock } from '../service.ts';
import type { Concurrency } from './concurrency.ts';
import { createContext } from './context.ts';
import { crashError, type FunctionError, timeoutError, toFunctionError } from './function-error.ts';

export type Handler = (event: unknown, context: Context) => unknown;

/** Runs one invocation of a function at a time. After `kill`, code that still runs in it must have no further effect. */
export type ExecutionEnvironment = { readonly handler: Handler; readonly kill: () => void; readonly caller?: Caller };

export type LambdaFunction = {
  readonly name: string;
  readonly timeoutMs: number;
  /** Limits invocations together with other functions: beyond it they are throttled. */
  readonly concurrency: Concurrency;
  /** A limit that Lambda lacks: further invocations wait for a free environment. By default there is none. */
  readonly maxEnvironments?: number | undefined;
  readonly build: () => Promise<ExecutionEnvironment>;
};

export type FunctionPool = {
  /**
   * Returns what the handler returns, as JSON carries it, or throws a FunctionError. `onStarted` is called once an environment is
   * free. Lambda never waits for one, so a caller that limits the time starts its timer then.
   */
  readonly invoke: (event: unknown, onStarted?: () => void) => Promise<unknown>;
  /** Crashes all environments, including busy ones, or only the environment of this caller. */
  readonly crash: (caller?: Caller) => void;
};

/** Copies the value as JSON does, because events and results cross a process boundary on AWS. */
const toJsonCopy = (value: unknown): unknown => (value === undefined ? null : JSON.parse(JSON.stringify(value)));

const createSemaphore = (permits: number) => {
  let free = permits;
  const waiting: (() => void)[] = [];
  return {
    acquire: (): Promise<void> | void => {
      if (free === 0) return new Promise((resolve) => waiting.push(resolve));
      free -= 1;
    },
    release() {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    },
  };
};

/** Creates the pool of a function's environments. It reuses idle ones, except those that crashed or timed out. */
export const createFunctionPool = (fn: LambdaFunction, clock: Clock, newId: () => string): FunctionPool => {
  const idle: ExecutionEnvironment[] = [];
  const busy = new Map<() => void, ExecutionEnvironment>();
  const semaphore = createSemaphore(fn.maxEnvironments ?? Number.POSITIVE_INFINITY);

  const build = () =>
    fn.build().catch((error): never => {
      throw toFunctionError(error);
    });

  const run = (environment: ExecutionEnvironment, event: unknown, requestId: string) =>
    new Promise<unknown>((resolve, reject) => {
      const finish = () => {
        cancelTimeout();
        busy.delete(crash);
      };
      const abandon = (error: FunctionError) => {
        finish();
        environment.kill();
        reject(error);
      };
      const crash = () => abandon(crashError(requestId));
      const complete = (settle: () => void) => {
        // a killed environment no longer has a result
        if (!busy.has(crash)) return;
        finish();
        idle.push(environment);
        settle();
      };
      const cancelTimeout = clock.setTimer(fn.timeoutMs, () => abandon(timeoutError(requestId, fn.timeoutMs)));
      busy.set(crash, environment);
      const context = createContext({ name: fn.name, requestId, timeoutMs: fn.timeoutMs }, clock);
      // handlers that run in one process never wait for I/O: without this yield, a backlog of invocations would block every request
      Promise.resolve(clock.yieldToIo?.())
        .then(() => environment.handler(toJsonCopy(event), context))
        .then(toJsonCopy)
        .then(
          (result) => complete(() => resolve(result)),
          (error) => complete(() => reject(toFunctionError(error))),
        );
    });

  return {
    async invoke(event, onStarted) {
      await semaphore.acquire();
      onStarted?.();
      try {
        return await fn.concurrency(async () => run(idle.pop() ?? (await build()), event, newId()));
      } finally {
        semaphore.release();
      }
    },
    crash(caller) {
      const isAffected = (environment: ExecutionEnvironment) => caller === undefined || environment.caller === caller;
      for (const environment of idle.filter(isAffected)) {
        idle.splice(idle.indexOf(environment), 1);
        environment.kill();
      }
      for (const [crash, environment] of [...busy]) if (isAffected(environment)) crash();
    },
  };
};
