import { inject } from 'vitest';
import { names, type StageName } from '#platform/manifest';
import type { Times } from '#platform/runtime/times';

/** The description of a host. The suite uses nothing else and does not know which host it tests. */
export type Host = {
  /** Before `/v1/...`. */
  readonly baseUrl: string;
  readonly operatorKey: string;
  /** Before `/sandbox/...`. */
  readonly providerUrl: string;
  readonly providerKey: string;
  /** The key with which the provider signs its callbacks. */
  readonly callbackKey: string;
  /** For AWS clients, which find missing values by their default chains. */
  readonly aws: {
    readonly endpoint?: string;
    readonly region?: string;
    readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  readonly stage: StageName;
  /** The stage's deadlines and other durations. */
  readonly times: Times;
  readonly limits: {
    /** The maximum time of one request. */
    readonly answerMs: number;
    /** From an order's acceptance to its end while the host has little load. Figures that follow events need no longer. */
    readonly orderMs: number;
    /** The same while as many orders are in flight as `buyersAtOnce` allows. */
    readonly rushMs: number;
    /** From the time at which an order is due to the end of the sweep that finds it. */
    readonly sweepMs: number;
    /** From the arrival of a poison message to its dead letter. */
    readonly deadLetterMs: number;
  };
  /** The maximum of concurrent requests, and of orders in flight. */
  readonly buyersAtOnce: number;
  readonly faults: {
    /** The URL of the server that kills functions during their invocations (test/acceptance/kills.ts). */
    readonly killsUrl: string;
    /** The duration of the faults in the fault run, and the number of concurrent customers. */
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
