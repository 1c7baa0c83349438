import type { BaseRuntime, Clients, Runtime } from '#platform/runtime/runtime';

/**
 * An entry point: how to build a function's handler, and the SDK clients that it needs. Every host builds the handler itself: on AWS a
 * generated module of each bundle does it at load (`lib/bundles.ts`), the embedded host once for each execution environment.
 *
 * Entry points are object literals, which esbuild knows to be free of side effects: a bundle keeps one entry of a file and drops the
 * others, with the clients that only they need.
 */
export type LambdaEntry<C extends keyof Clients = never, H = unknown> = {
  readonly clients: { readonly [K in C]: (rt: BaseRuntime) => Clients[K] };
  readonly create: (rt: Runtime<C>) => H;
};
