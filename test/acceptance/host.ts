import { inject } from 'vitest';
import { names, type StageName } from '#platform/manifest';
import type { Times } from '#platform/runtime/times';

/** What a host says of itself. It is all that the suite knows: nothing in it asks which host this is. */
export type Host = {
  /** Before `/v1/...`. */
  readonly baseUrl: string;
  readonly operatorKey: string;
  /** Before `/sandbox/...`. */
  readonly providerUrl: string;
  readonly providerKey: string;
  /** What the provider signs its callbacks with. */
  readonly callbackKey: string;
  /** For AWS clients; what is left out is found as these find it. */
  readonly aws: {
    readonly endpoint?: string;
    readonly region?: string;
    readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  readonly stage: StageName;
  /** The stage's deadlines and other times. */
  readonly times: Times;
  readonly limits: {
    /** An answer to one request. */
    readonly answerMs: number;
    /** From an order's acceptance to its end while little else goes on; figures that follow events settle as fast. */
    readonly orderMs: number;
    /** The same while as many orders are under way as `buyersAtOnce` lets in. */
    readonly rushMs: number;
    /** From the moment at which an order is due until the sweep that is to see it has ended. */
    readonly sweepMs: number;
    /** From a message that nobody can handle to its rest among the dead letters. */
    readonly deadLetterMs: number;
  };
  /** Buyers whose requests may be open, and orders under way, at once. */
  readonly buyersAtOnce: number;
  readonly faults: {
    /** Where functions are killed on request, in the midst of what they do (test/acceptance/kills.ts). */
    readonly killsUrl: string;
    /** How long the fault run lets faults strike, and how many customers it has meanwhile. */
    readonly forMs: number;
    readonly customers: number;
  };
};

declare module 'vitest' {
  interface ProvidedContext {
    host: Host;
  }
}

export const host = inject('host');
export const queueNames = names(host.stage);
