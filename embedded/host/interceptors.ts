import type { FunctionId } from '#platform/manifest';
import type { Caller, Operation, Service } from '../aws/service.ts';

/** A service call before it is made. `service` is the prefix of its target. */
export type ServiceCall = {
  readonly caller: Caller;
  readonly service: string;
  readonly operation: string;
  readonly input: unknown;
};

/**
 * Hooks between the parts of the host, for simulations. Each can delay, repeat, fail or change an operation. Each call of
 * `proceed` performs the operation once.
 */
export type Interceptors = {
  readonly call?: (call: ServiceCall, proceed: (input: unknown) => Promise<unknown>) => Promise<unknown>;
  readonly invoke?: (id: FunctionId, event: unknown, proceed: () => Promise<unknown>) => Promise<unknown>;
  /** The delivery of an event from the bus to a queue. */
  readonly deliver?: (queue: string, envelope: string, proceed: () => void) => void;
};

/** Returns the service with every call intercepted. */
export const withInterceptor = (
  { targetPrefix, operations, ...service }: Service,
  intercept: NonNullable<Interceptors['call']>,
): Service => ({
  ...service,
  targetPrefix,
  operations: Object.fromEntries(
    Object.entries(operations).map(([operation, run]): [string, Operation] => [
      operation,
      (input, caller) =>
        intercept({ caller, service: targetPrefix, operation, input }, async (intercepted) =>
          run(intercepted as never, caller),
        ),
    ]),
  ),
});
