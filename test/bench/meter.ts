import { manifests } from '#manifests';
import { createHost, type Host } from '../../embedded/host.ts';
import { stageOf } from '../../lib/stages.ts';
import { type Item, items, prices } from './prices.ts';

export const secrets = { 'operator-key': 'operator', 'provider-key': 'provider', 'provider-callback-key': 'callback' };
const GB = stageOf({ stage: 'dev' }).memoryMb / 1_024;
/** An execution's events in the log, which the embedded host does not write: as read off a deployed one, by transition. */
const LOGGED_BY_TRANSITION = 1_750;
/** The authorizer in front of each request is not run by the embedded host, which has functions verify keys. */
const AUTHORIZER = { reads: 1 };

/** The payment provider is no part of Breakwater. */
const PROVIDER = 'sandbox-provider';

export type Counts = Readonly<Record<Item, number>>;

/** A host that counts what AWS would bill. With `functionMs` every invocation counts for so long, else for as long as it took. */
export const meteredHost = (functionMs?: number) => {
  const counts = Object.fromEntries(items.map((item) => [item, 0])) as Record<Item, number>;
  let callsByFunction = new Map<string, number>();
  const quiet = hearLog((bytes) => {
    counts['log bytes'] += bytes;
  });
  const host = createHost({
    ...{ manifests, secrets, logLevel: 'INFO' as const },
    meter: ({ caller, operation, units }) => {
      if (caller.name === 'operator' || caller.name.endsWith(PROVIDER)) return;
      callsByFunction.set(caller.name, (callsByFunction.get(caller.name) ?? 0) + 1);
      counts['write units'] += units.write;
      counts['read units'] += operation === 'PutItem' ? 0 : units.read;
    },
    observe: ({ service, input }) => {
      if (service === 'AWSEvents') counts['bus events'] += (input as { Entries: readonly unknown[] }).Entries.length;
    },
    between: {
      deliver(_queue, _envelope, act) {
        counts['queue requests'] += 1;
        act();
      },
      async invoke(id, event, act) {
        const begun = performance.now();
        try {
          return await act();
        } finally {
          if (id !== PROVIDER) {
            counts['function requests'] += 1;
            counts['function GB-seconds'] += ((functionMs ?? performance.now() - begun) / 1_000) * GB;
          }
          // a batch is received and deleted
          if (isBatch(event)) counts['queue requests'] += 2;
        }
      },
    },
  });
  let transitions = 0;
  const sum = (of: Host) => of.executions().reduce((all, { transitions, retries }) => all + transitions + retries, 0);

  return {
    host,
    /** What is done meanwhile, at rest at its end, is what was counted. */
    async count(requests: number, act: () => Promise<unknown>): Promise<Counts> {
      for (const item of items) counts[item] = 0;
      callsByFunction = new Map();
      transitions = sum(host);
      await act();
      await host.settled();
      counts['state transitions'] = sum(host) - transitions;
      counts['log bytes'] += counts['state transitions'] * LOGGED_BY_TRANSITION;
      counts['API requests'] += requests;
      counts['function requests'] += requests;
      counts['function GB-seconds'] += requests * ((functionMs ?? 2) / 1_000) * GB;
      counts['read units'] += requests * AUTHORIZER.reads;
      return { ...counts };
    },
    /** How often each function called the table, by its full name. */
    calls: () => callsByFunction as ReadonlyMap<string, number>,
    close() {
      host.close();
      quiet();
    },
  };
};

/** Takes what functions log, instead of the terminal, until the answer is called. */
const hearLog = (heard: (bytes: number) => void): (() => void) => {
  const streams = [process.stdout, process.stderr];
  const writes = streams.map((stream) => stream.write);
  for (const stream of streams)
    stream.write = ((chunk: string | Uint8Array) => {
      heard(Buffer.byteLength(chunk));
      return true;
    }) as typeof stream.write;
  return () => {
    for (const [n, stream] of streams.entries()) stream.write = writes[n] as typeof stream.write;
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
