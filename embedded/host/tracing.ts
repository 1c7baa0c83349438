import type { Caller, Service } from '../aws/service.ts';

/** A service call with its outcome, for meters, traces and tests. */
export type TracedCall = {
  readonly caller: string;
  readonly service: string;
  readonly operation: string;
  readonly input: unknown;
  readonly outcome: { readonly answer: unknown } | { readonly error: unknown };
};

export type Trace = (call: TracedCall) => void;

/** Returns the service with every call reported to `trace` once it has finished. */
export const withTracing = ({ targetPrefix, operations, ...service }: Service, trace: Trace): Service => ({
  ...service,
  targetPrefix,
  operations: Object.fromEntries(
    Object.entries(operations).map(([operation, run]) => [
      operation,
      async (input: unknown, caller: Caller) => {
        const report = (outcome: TracedCall['outcome']) =>
          trace({ caller: caller.name, service: targetPrefix, operation, input, outcome });
        try {
          const answer = await run(input, caller);
          report({ answer });
          return answer;
        } catch (error) {
          report({ error });
          throw error;
        }
      },
    ]),
  ),
});
