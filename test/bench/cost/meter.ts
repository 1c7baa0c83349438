import { contexts as allContexts } from '#contexts';
import type { Manifest } from '#platform/manifest';
import type { TableCall } from '../../../embedded/aws/dynamodb/dynamodb.ts';
import type { Clock } from '../../../embedded/aws/service.ts';
import { createHost, type HostOptions } from '../../../embedded/host/host.ts';
import { stageOf } from '../../../lib/stages.ts';
import { secrets } from '../../fixtures/secrets.ts';
import { createAttribution, type Payer } from './attribution.ts';
import { captureLog } from './log-capture.ts';
import { createSpending, type Measure, type Spending } from './spending.ts';

const STAGE = 'dev';
const MEMORY_GB = stageOf({ stage: STAGE }).memoryMb / 1_024;
/** AWS logs each request; the embedded host does not. Read off a deployed API. */
const LOG_BYTES_PER_REQUEST = 300;
/** AWS logs what fails in an execution. Estimated from the fields of such an event, with the cause that Lambda gives: not read off AWS. */
const LOG_BYTES_PER_FAILURE = 1_000;
/** X-Ray keeps one in this many of the traces that start, at the API and in workflows. */
const TRACE_SAMPLING = 20;
/**
 * How often the authorizer runs depends on how soon requests with one key follow each other. So the most that is possible, one run and one read
 * for each request, is charged with the request, and what the host's authorizer does is not. It records the last use of a key, at most once an hour.
 */
const AUTHORIZER_MS = 2;

export type ExecutionCount = {
  readonly context: string;
  /** State transitions without retries. */
  readonly transitions: number;
};
/** The units that one key value of the table, or of an index, consumed. */
export type PartitionUnits = {
  /** Undefined for the table itself. */
  readonly index: string | undefined;
  readonly partitionKey: string;
  readonly writeUnits: number;
  readonly readUnits: number;
};
export type MeteredOrder = {
  readonly executions: readonly ExecutionCount[];
  readonly byContext: Readonly<Record<string, Spending>>;
  readonly byFunction: Readonly<Record<string, Spending>>;
  readonly byPartition: readonly PartitionUnits[];
};

export type MeterOptions = {
  readonly clock: Clock;
  /** The duration that every invocation counts for; without it, an invocation counts for as long as it took. */
  readonly functionMs?: number | undefined;
  readonly contexts?: readonly Manifest[] | undefined;
  readonly loadEntries?: HostOptions['loadEntries'] | undefined;
};

type Charge = { readonly measure: Measure; readonly amount: number };

const createLedger = () => {
  const byContext: Record<string, Record<Measure, number>> = {};
  const byFunction: Record<string, Record<Measure, number>> = {};
  const add = (ledger: typeof byContext, key: string, { measure, amount }: Charge) => {
    ledger[key] ??= createSpending();
    ledger[key][measure] += amount;
  };
  return {
    byContext,
    byFunction,
    /** Nobody pays for what an operator or the payment provider does. */
    charge(payer: Payer | undefined, measure: Measure, amount: number) {
      if (!payer) return;
      add(byContext, payer.context, { measure, amount });
      if (payer.function !== undefined) add(byFunction, payer.function, { measure, amount });
    },
  };
};

/** Adds up units by key value of the table and of each index. */
const createPartitionTally = () => {
  const tally = new Map<string, PartitionUnits>();
  return {
    add(charges: TableCall['charges']) {
      for (const { kind, index, partitionKey, units } of charges) {
        if (partitionKey === undefined) continue;
        const name = JSON.stringify([index, partitionKey]);
        const { writeUnits, readUnits } = tally.get(name) ?? { writeUnits: 0, readUnits: 0 };
        tally.set(name, {
          ...{ index, partitionKey },
          writeUnits: writeUnits + (kind === 'write' ? units : 0),
          readUnits: readUnits + (kind === 'read' ? units : 0),
        });
      }
    },
    list: (): readonly PartitionUnits[] => [...tally.values()],
  };
};

type BatchEvent = { readonly Records?: readonly { readonly messageId?: string; readonly dynamodb?: object }[] };

const isQueueBatch = (event: unknown) => (event as BatchEvent | undefined)?.Records?.[0]?.messageId !== undefined;
/**
 * How many records of the stream share an invocation depends on how busy the machine is, so each record counts as an invocation of
 * its own: that is the maximum, and the same in every run.
 */
const countInvocations = (event: unknown) => {
  const { Records: records = [] } = (event ?? {}) as BatchEvent;
  return records[0]?.dynamodb === undefined ? 1 : records.length;
};

/** A host that counts what AWS would bill, by the context that pays for it. */
export const createMeteredHost = ({ clock, functionMs, contexts = allContexts, loadEntries }: MeterOptions) => {
  const attribution = createAttribution(contexts, STAGE);
  let ledger = createLedger();
  let partitions = createPartitionTally();

  const isAuthorizer = (payer: Payer | undefined) =>
    payer !== undefined && payer.function === attribution.authorizer?.function;
  const chargeInvocations = (payer: Payer | undefined, ms: number, count = 1) => {
    ledger.charge(payer, 'function requests', count);
    // Lambda rounds up to a millisecond
    const billedMs = functionMs === undefined ? Math.ceil(ms) : functionMs * count;
    ledger.charge(payer, 'function GB-seconds', (billedMs / 1_000) * MEMORY_GB);
  };
  const chargeRequest = (payer: Payer | undefined, isPublic: boolean) => {
    ledger.charge(payer, 'API requests', 1);
    ledger.charge(payer, 'log bytes', LOG_BYTES_PER_REQUEST);
    ledger.charge(payer, 'traces', 1 / TRACE_SAMPLING);
    if (isPublic) return;
    chargeInvocations(attribution.authorizer, AUTHORIZER_MS);
    ledger.charge(attribution.authorizer, 'read units', 1);
    ledger.charge(attribution.authorizer, 'table calls', 1);
  };

  const releaseLog = captureLog((line) =>
    ledger.charge(attribution.findLogger(line), 'log bytes', Buffer.byteLength(line)),
  );
  const host = createHost({
    ...{ contexts, secrets, clock, logLevel: 'INFO' as const, ...(loadEntries && { loadEntries }) },
    // the sweeper runs whether or not there are orders: until it finds one, it is idle cost
    scheduleIntervalMs: () => Number.MAX_SAFE_INTEGER,
    onTableCall: ({ caller, units, charges }) => {
      const payer = attribution.findCaller(caller.name);
      if (isAuthorizer(payer)) return;
      if (payer) partitions.add(charges);
      ledger.charge(payer, 'table calls', 1);
      ledger.charge(payer, 'write units', units.write);
      ledger.charge(payer, 'read units', units.read);
      ledger.charge(payer, 'index units', units.indexWrite);
    },
    trace: ({ service, input }) => {
      if (service !== 'AWSEvents') return;
      for (const { Source } of (input as { Entries: readonly { readonly Source?: string }[] }).Entries)
        ledger.charge(attribution.findPublisher(Source), 'bus events', 1);
    },
    interceptors: {
      deliver(queue, _envelope, act) {
        ledger.charge(attribution.findConsumer(queue), 'queue requests', 1);
        act();
      },
      async invoke(id, event, act) {
        const payer = attribution.findFunction(id);
        if (isAuthorizer(payer)) return act();
        const route = attribution.findRoute(id, event);
        if (route) chargeRequest(payer, route.scope === 'public');
        // a batch is received, and deleted unless the function failed
        if (isQueueBatch(event)) ledger.charge(payer, 'queue requests', 1);
        // the clock stands while anything computes and leaps while everything waits, so the two durations add up
        const [startedAt, startedClockMs] = [performance.now(), clock.now()];
        try {
          const result = await act();
          if (isQueueBatch(event)) ledger.charge(payer, 'queue requests', 1);
          return result;
        } finally {
          const ms = performance.now() - startedAt + clock.now() - startedClockMs;
          chargeInvocations(payer, ms, countInvocations(event));
        }
      },
    },
  });

  return {
    host,
    /** Counts what happens during `act`, which ends once the host is quiescent. */
    async count(act: () => Promise<unknown>): Promise<MeteredOrder> {
      ledger = createLedger();
      partitions = createPartitionTally();
      await act();
      const executions: ExecutionCount[] = [];
      for (const { machine, transitions, retries, failures } of host.executions()) {
        const owner = attribution.findWorkflowOwner(machine.name);
        if (!owner) throw new Error(`no context owns the workflow ${machine.name}`);
        executions.push({ context: owner.context, transitions });
        ledger.charge(owner, 'state transitions', transitions + retries);
        ledger.charge(owner, 'log bytes', failures * LOG_BYTES_PER_FAILURE);
        ledger.charge(owner, 'traces', 1 / TRACE_SAMPLING);
      }
      return { executions, byContext: ledger.byContext, byFunction: ledger.byFunction, byPartition: partitions.list() };
    },
    close() {
      host.close();
      releaseLog();
    },
  };
};
