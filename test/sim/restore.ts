import type { FunctionId } from '#platform/manifest';
import type { Host } from '../../embedded/host/host.ts';
import type { Row } from '../../ops/audit/table-audit.ts';
import type { Customers } from './customers.ts';
import { purgeQueue, republish, stopExecution, straysOf } from './levers.ts';
import type { MessageLedger } from './messages.ts';
import type { Network } from './network.ts';
import type { Outages } from './outages.ts';
import type { Provider } from './provider.ts';
import { rowsOf } from './rows.ts';

type Options = {
  readonly host: () => Host;
  readonly network: Network;
  readonly outages: Outages;
  readonly messages: MessageLedger;
  readonly customers: Customers;
  readonly provider: Provider;
  readonly consumers: readonly FunctionId[];
  /** Every function that works on its own. */
  readonly workers: readonly FunctionId[];
  readonly watch: { readonly onRestore: (rows: readonly Row[]) => void };
  readonly sleep: (ms: number) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** An execution that has not ended by then is stopped. */
const STOP_AFTER_SECONDS = 60;
const MAX_DRAIN_SECONDS = 240;
const RESTORE_MS = MINUTE;
const REFUNDS_AFTER_MS = 5 * MINUTE;
/** The provider works for others, too. */
const PROVIDER = 'sandbox-provider';

/** The operator restores the table to an earlier moment of the run, as docs/runbooks/restore.md says, and the others do their part. */
export const createRestoration = (options: Options) => {
  const { host, network, outages, messages, customers, provider, consumers, workers, watch, sleep, now } = options;
  let closedAt: number | undefined;
  let isApiOpen = true;
  const followUps: Promise<void>[] = [];

  const drain = async () => {
    for (let seconds = 0; seconds < MAX_DRAIN_SECONDS; seconds += 1) {
      const running = host()
        .executions()
        .filter(({ status }) => status === 'RUNNING');
      const active = network.activeFunctions().filter((fn) => fn !== PROVIDER);
      if (running.length === 0 && active.length === 0) return;
      if (seconds >= STOP_AFTER_SECONDS) for (const { arn } of running) await stopExecution(host().callAws, arn);
      await sleep(SECOND);
    }
    throw new Error(`something still runs ${MAX_DRAIN_SECONDS} s after everything was stopped`);
  };

  /** What happens after the API is open again, in this order for each order: callbacks, repeated requests, refunds by hand. */
  const followUp = async () => {
    await Promise.all([provider.repeatCallbacks(await rowsOf(host().callAws)), customers.comeBack()]);
    await sleep(REFUNDS_AFTER_MS);
    await provider.refundStrays(straysOf(await rowsOf(host().callAws)));
  };

  return {
    isApiOpen: () => isApiOpen,
    hasBegun: () => closedAt !== undefined,
    /** The share of the time since the shops opened that is lost is the square of the force. */
    async run(force: number, openedAt: number) {
      isApiOpen = false;
      closedAt = now();
      for (const fn of workers) outages.start(fn, 'is stopped');
      await drain();
      host().restoreTable(new Date(Math.ceil(closedAt - force ** 2 * (closedAt - openedAt))));
      // what they contain is of a time that has not been
      for (const fn of consumers) await purgeQueue(host(), fn);
      network.dropMessages();
      messages.onPurged();
      const rows = await rowsOf(host().callAws);
      watch.onRestore(rows);
      customers.onRestore(rows);
      await sleep(RESTORE_MS);
      for (const fn of workers) outages.end(fn);
      await republish(host(), rows);
      isApiOpen = true;
      const done = followUp();
      // `whenDone` throws it
      done.catch(() => undefined);
      followUps.push(done);
    },
    /** Resolves once everybody has done what follows from the restore. */
    whenDone: async () => void (await Promise.all(followUps)),
  };
};
export type Restoration = ReturnType<typeof createRestoration>;
