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
  /** The maximum number of requests that one test file may send again because of a 429 or 5xx. */
  readonly maxRetries: number;
  readonly faults: {
    /** The URL of the server that kills functions during their invocations (test/acceptance/kills.ts). */
    readonly killsUrl: string;
    /** The minimum number of orders in the fault run, and the number of concurrent customers. */
    readonly orders: number;
    readonly customers: number;
  };
};

declare module 'vitest' {
  interface ProvidedContext {
    host: Host;
    /** The path of the file to which each request that is sent again adds a line. */
    retryLog: string;
  }
}

export const host = inject('host');
export const queueNames = names(host.stage);
