import type { Clients, Runtime } from '#platform/runtime/runtime';

/** An entry point: how to build a function's handler, and the SDK clients that it needs. Its bundle holds no other client. */
export type LambdaEntry<C extends keyof Clients = keyof Clients, H = unknown> = {
  readonly clients: { readonly [K in C]: () => Clients[K] };
  readonly create: (rt: Runtime<C>) => H;
};

/**
 * Declares an entry point. Every host builds the handler itself: on AWS a generated module of each bundle does it at load
 * (`lib/bundles.ts`), the embedded host once for each execution environment. The call has no side effects, so a bundle keeps
 * one entry of a file and drops the others.
 */
export const lambda = /* @__NO_SIDE_EFFECTS__ */ <C extends keyof Clients, H>(
  clients: LambdaEntry<C, H>['clients'],
  create: (rt: Runtime<C>) => H,
): LambdaEntry<C, H> => ({ clients, create });
