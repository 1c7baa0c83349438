import { contexts } from '#contexts';
import type { Clock } from '../../../embedded/aws/service.ts';
import { createHost } from '../../../embedded/host/host.ts';
import { stageOf } from '../../../lib/stages.ts';
import { hearLog } from './hear-log.ts';
import { type Item, items, prices } from './prices.ts';

export const secrets = { 'operator-key': 'operator', 'provider-key': 'provider', 'provider-callback-key': 'callback' };
const GB = stageOf({ stage: 'dev' }).memoryMb / 1_024;
/** What AWS writes into the log and the embedded host does not: an execution's events, as read off a deployed one; a request. */
const LOGGED_BY_TRANSITION = 1_750;
const LOGGED_BY_REQUEST = 300;
/** X-Ray keeps one trace in so many, of those that begin: at an API and in a workflow. */
const TRACED_ONE_IN = 20;
/** The authorizer in front of each request is not run by the embedded host, which has functions verify keys. */
const AUTHORIZER = 'tenants-authorize';
const AUTHORIZER_MS = 2;

/** The payment provider is no part of Breakwater. */
const PROVIDER = 'sandbox-provider';
const PREFIX = 'breakwater-dev-';

export type Counts = Readonly<Record<Item, number>>;
/** What one function did of an order's way. */
export type Share = { calls: number; writeUnits: number; readUnits: number; invocations: number };
export type Counted = {
  readonly counts: Counts;
  /** Those of the write units that indexes took. */
  readonly indexUnits: number;
  /** State transitions of each execution, retries apart. */
  readonly executions: readonly number[];
  readonly byFunction: ReadonlyMap<string, Readonly<Share>>;
};

const none = () => Object.fromEntries(items.map((item) => [item, 0])) as Record<Item, number>;
const share = (): Share => ({ calls: 0, writeUnits: 0, readUnits: 0, invocations: 0 });

/** A host that counts what AWS would bill. With `functionMs` every invocation counts for so long, else for as long as it took. */
export const meteredHost = (clock: Clock, functionMs?: number) => {
  let counts = none();
  let indexUnits = 0;
  let shares = new Map<string, Share>();
  const shareOf = (id: string) => {
    const found = shares.get(id) ?? share();
    shares.set(id, found);
    return found;
  };
  const quiet = hearLog((bytes) => {
    counts['log bytes'] += bytes;
  });
  /** Lambda rounds up to a millisecond. */
  const invoked = (id: string, ms: number) => {
    counts['function requests'] += 1;
    counts['function GB-seconds'] += (Math.ceil(functionMs ?? ms) / 1_000) * GB;
    shareOf(id).invocations += 1;
  };
  const host = createHost({
    ...{ contexts, secrets, clock, logLevel: 'INFO' as const },
    // the sweeper runs whether or not there are orders: it is idle cost, until it finds one
    scheduleIntervalMs: () => Number.MAX_SAFE_INTEGER,
    onTableCall: ({ caller, units }) => {
      if (caller.name === 'operator' || caller.name.endsWith(PROVIDER)) return;
      counts['write units'] += units.write;
      counts['read units'] += units.read;
      indexUnits += units.index;
      const its = shareOf(caller.name.replace(PREFIX, ''));
      its.calls += 1;
      its.writeUnits += units.write;
      its.readUnits += units.read;
    },
    trace: ({ service, input }) => {
      if (service === 'AWSEvents') counts['bus events'] += (input as { Entries: readonly unknown[] }).Entries.length;
    },
    interceptors: {
      deliver(_queue, _envelope, act) {
        counts['queue requests'] += 1;
        act();
      },
      async invoke(id, event, act) {
        // a batch is received, and deleted unless the function failed
        if (isBatch(event)) counts['queue requests'] += 1;
        // time stands while anything computes and leaps while it waits, so that the two add up
        const [begun, since] = [performance.now(), clock.now()];
        try {
          const answer = await act();
          if (isBatch(event)) counts['queue requests'] += 1;
          return answer;
        } finally {
          if (id !== PROVIDER) invoked(id, performance.now() - begun + clock.now() - since);
        }
      },
    },
  });

  return {
    host,
    /** What is done meanwhile, at rest at its end, is what was counted. */
    async count(requests: number, act: () => Promise<unknown>): Promise<Counted> {
      [counts, indexUnits, shares] = [none(), 0, new Map()];
      await act();
      const executions = host.executions();
      for (const { transitions, retries } of executions) counts['state transitions'] += transitions + retries;
      counts['log bytes'] += counts['state transitions'] * LOGGED_BY_TRANSITION + requests * LOGGED_BY_REQUEST;
      counts['API requests'] += requests;
      for (let n = 0; n < requests; n += 1) invoked(AUTHORIZER, AUTHORIZER_MS);
      counts['read units'] += requests;
      shareOf(AUTHORIZER).readUnits += requests;
      shareOf(AUTHORIZER).calls += requests;
      counts.traces = (requests + executions.length) / TRACED_ONE_IN;
      return { counts, indexUnits, executions: executions.map(({ transitions }) => transitions), byFunction: shares };
    },
    close() {
      host.close();
      quiet();
    },
  };
};
const isBatch = (event: unknown) =>
  (event as { readonly Records?: readonly { readonly messageId?: string }[] } | undefined)?.Records?.[0]?.messageId !==
  undefined;

/** USD for a million times this. */
export const costOf = (counts: Counts): Readonly<Record<Item, number>> =>
  Object.fromEntries(items.map((item) => [item, counts[item] * prices[item]])) as Record<Item, number>;
export const sumOf = (costs: Readonly<Record<string, number>>) =>
  Object.values(costs).reduce((sum, cost) => sum + cost, 0);
