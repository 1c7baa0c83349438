import type { FunctionId } from '#platform/manifest';
import { createCorrelation } from '#platform/runtime/correlation';
import { createLogger } from '#platform/runtime/logger';
import { FunctionError } from '../aws/lambda/function-error.ts';
import { UNAUTHORIZED } from './authorizer.ts';
import type { CpuShares } from './cpu-shares.ts';
import type { Functions } from './functions.ts';
import type { Interceptors } from './interceptors.ts';
import type { RuntimeOptions } from './runtime.ts';

export type Invoke = (id: FunctionId, event: unknown, onStarted?: () => void) => Promise<unknown>;

export type Invoker = {
  readonly invoke: Invoke;
  /** The same, with a failure logged. For event sources without a record of their own; an execution records its failures itself. */
  readonly invokeAndLog: (id: FunctionId, event: unknown) => Promise<unknown>;
  /** The same for an authorizer, which refuses a token by an error that is no failure. */
  readonly invokeAuthorizer: (id: FunctionId, event: unknown) => Promise<unknown>;
};

type Options = {
  readonly functions: Functions;
  readonly interceptors: Interceptors;
  readonly cpuShares: CpuShares;
  readonly logLevel: RuntimeOptions['logLevel'];
};

export const createInvoker = ({ functions, interceptors, cpuShares, logLevel }: Options): Invoker => {
  const logger = createLogger(createCorrelation(), { serviceName: 'embedded-host', logLevel });
  const invoke: Invoke = (id, event, onStarted) => {
    const proceed = () => cpuShares.run(functions.get(id), event, () => functions.pool(id).invoke(event, onStarted));
    return interceptors.invoke ? interceptors.invoke(id, event, proceed) : proceed();
  };
  const logAndThrow = (id: FunctionId) => (error: unknown) => {
    logger.error(`${id} failed`, error as Error);
    throw error;
  };
  return {
    invoke,
    invokeAndLog: (id, event) => invoke(id, event).catch(logAndThrow(id)),
    invokeAuthorizer: (id, event) =>
      invoke(id, event).catch((error: unknown) => {
        if (error instanceof FunctionError && error.message === UNAUTHORIZED) throw error;
        return logAndThrow(id)(error);
      }),
  };
};
