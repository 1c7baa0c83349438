import type { Caller, Service } from './service.ts';

/** One call of a service, once it has its answer: for meters, traces and tests. */
export type Seen = {
  readonly caller: string;
  readonly service: string;
  readonly operation: string;
  readonly input: unknown;
  readonly outcome: { readonly answer: unknown } | { readonly error: unknown };
};

export type Observe = (seen: Seen) => void;

/** The same service, every call of which is seen. */
export const observed = ({ target, operations }: Service, observe: Observe): Service => ({
  target,
  operations: Object.fromEntries(
    Object.entries(operations).map(([operation, act]) => [
      operation,
      async (input: unknown, caller: Caller) => {
        const tell = (outcome: Seen['outcome']) =>
          observe({ caller: caller.name, service: target, operation, input, outcome });
        try {
          const answer = await act(input, caller);
          tell({ answer });
          return answer;
        } catch (error) {
          tell({ error });
          throw error;
        }
      },
    ]),
  ),
});
