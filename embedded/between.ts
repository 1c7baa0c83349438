import type { FunctionId } from '#shared/manifest';
import type { Caller, Operation, Service } from './service.ts';

/** A call of a service on its way there: `service` is the prefix of its target. */
export type Asked = {
  readonly caller: Caller;
  readonly service: string;
  readonly operation: string;
  readonly input: unknown;
};

/**
 * Stands between the parts of the host, for simulations: whatever passes may be held back, done twice, failed or changed on its
 * way. `act` does it, each time it is called.
 */
export type Between = {
  readonly call?: (asked: Asked, act: (input: unknown) => Promise<unknown>) => Promise<unknown>;
  readonly invoke?: (id: FunctionId, event: unknown, act: () => Promise<unknown>) => Promise<unknown>;
  /** An event on its way from the bus to a queue. */
  readonly deliver?: (queue: string, envelope: string, act: () => void) => void;
};

/** The same service, with somebody in between. */
export const interposed = ({ target, operations }: Service, call: NonNullable<Between['call']>): Service => ({
  target,
  operations: Object.fromEntries(
    Object.entries(operations).map(([operation, act]): [string, Operation] => [
      operation,
      (input, caller) =>
        call({ caller, service: target, operation, input }, async (passed) => act(passed as never, caller)),
    ]),
  ),
});
