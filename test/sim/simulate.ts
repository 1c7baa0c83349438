import { createHash } from 'node:crypto';
import { orderIdsOf } from '#orders/table/keys';
import { MAX_ATTEMPTS } from '#payments/domain/payment';
import { AWS_PARTITION_LIMITS } from '../../embedded/aws/dynamodb/dynamodb.ts';
import { createHost, type Host } from '../../embedded/host/host.ts';
import type { Row, Violation } from '../../ops/audit/table-audit.ts';
import { backend, consumedTypeOf, consumers, definitions, sleep, streamReaders, times, workers } from './backend.ts';
import { createBelongings } from './belongings.ts';
import { chanceOf } from './chance.ts';
import { type ClientRequest, createClient, type SendRequest } from './client.ts';
import { createCustomers, type Tenant } from './customers.ts';
import { drive } from './drive.ts';
import { createFaults, type FaultSelection, type StruckFault } from './faults.ts';
import { createFeedback } from './feedback.ts';
import { createKeyHolders } from './key-holders.ts';
import { createProviderConsole, createRegistration } from './levers.ts';
import { createMessageLedger } from './messages.ts';
import { createNetwork } from './network.ts';
import { createOperator } from './operator.ts';
import { createOutages } from './outages.ts';
import { createDeliveries, MAX_OVERTAKING, type Waits } from './overtaking.ts';
import { HOPELESS_TOKENS, type Plan, planOf } from './plan.ts';
import { createProvider } from './provider.ts';
import { violationsAtQuiescence } from './quiescence.ts';
import { createReaders, type ReadAct } from './readers.ts';
import { createRestoration } from './restore.ts';
import { rowsOf } from './rows.ts';
import { runtime } from './runtime.ts';
import { tenantsOf } from './scope.ts';
import { createTimeline } from './timeline.ts';
import { createWatch } from './watch.ts';

export type Simulation = FaultSelection & {
  /** Determines every random number of the run. */
  readonly seed: number;
  /** The number of orders. Default: 5 to 40, from the seed. */
  readonly orders?: number;
  /** The purchases and chores. Default: from the seed. */
  readonly plan?: Plan;
  /** Whether the table refuses functions the keys of other tenants. Default: yes. */
  readonly tenantGuard?: boolean;
};
export type Outcome = {
  readonly seed: number;
  /** The hash of all steps in their order. The same seed has the same hash in every process. */
  readonly hash: string;
  readonly steps: number;
  readonly orders: number;
  /** The number of orders and SKUs whose status or stock appeared in answers. */
  readonly histories: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly struck: readonly StruckFault[];
  /** How often each read found something to read, and was answered. */
  readonly reads: Readonly<Record<ReadAct, number>>;
  /** How unfair the queues were. */
  readonly waits: Waits;
  readonly violation?: Violation;
  /** The last steps, up to the violation if there is one. */
  readonly trace: readonly string[];
};

const MINUTE = 60_000;
/** Not in step with the redrive, which hides dead letters at each minute while it looks at them. */
const CLEAN_UP_EVERY_MS = MINUTE + 7_000;
/** While `replica behind` strikes. Otherwise an index is at most 30 ms behind. */
const MAX_LAG_MS = 60_000;
/** A run has too few orders for the limits of AWS, so every third seed has these: some 100 calls are throttled in a run. */
const LOW_LIMITS = { ...AWS_PARTITION_LIMITS, writeUnitsPerSecond: 4 };
const MAX_TRACE_LINES = 40;
/** A run takes some 20,000 steps. One that reaches this limit makes no progress. */
const MAX_STEPS = 3_000_000;
/** Added to the longest deadline of an order, for the run to reach quiescence. */
const QUIESCENCE_MARGIN_MS = 30 * MINUTE;

/** Simulates the run of a seed. */
export const simulate = async (simulation: Simulation): Promise<Outcome> => {
  const { seed, orders, plan = planOf(seed, orders), tenantGuard = true, ...selection } = simulation;
  // what a failed run has left pending ends first, so that it uses no random numbers of this run
  await runtime.settle();
  runtime.reset(seed);
  const faults = createFaults(seed, runtime.now, selection);
  const timeline = createTimeline(runtime.steps);
  const { maxMailsPerMailbox: maxMails, paymentDeadlineMs } = times;
  const watch = createWatch({ timeline, now: Date.now, maxMails, paymentDeadlineMs });
  const messages = createMessageLedger();
  const deliveries = createDeliveries();
  const outages = createOutages({
    ...{ consumers, streamReaders },
    pauseConsumer: (fn) => host.pauseConsumer(fn),
    resumeConsumer: (fn) => host.resumeConsumer(fn),
  });
  const hash = createHash('sha256');
  const trace: string[] = [];

  const network = createNetwork({
    ...{ faults, sleep, tenantsOf, outages, messages, deliveries },
    chance: chanceOf(seed, 'network'),
    crashFunction: (fn, environment) => host.crashFunction(fn, environment),
    onCall(caller, { operation, keys }, outcome) {
      const line = `${runtime.now()} ${caller} ${operation} ${keys.join(' ')} ${outcome}`;
      hash.update(line);
      trace.push(line);
      if (trace.length > MAX_TRACE_LINES) trace.shift();
      watch.check();
    },
    onProviderRequest: watch.onProviderRequest,
    onForeignKeys: (caller, keys, tenants) =>
      watch.report(7, `${caller} used ${keys.join(', ')} while it worked for ${[...tenants].join(', ')}`),
  });
  const host: Host = createHost({
    ...{ ...backend, interceptors: network, pointInTimeRecovery: true },
    onTableChange(change) {
      watch.onTableChange(change);
      feedback.onTableChange(change);
    },
    tableThrottle: seed % 3 === 0 ? LOW_LIMITS : AWS_PARTITION_LIMITS,
    tenantGuard,
    transactionLatencyMs: () => Math.ceil(Math.random() * 10),
    replicationLagMs: (partition) =>
      Math.ceil(Math.random() * 30 + (faults.strike('replica behind', partition) ?? 0) * MAX_LAG_MS),
  });
  const feedback = createFeedback({
    ...{ seed, sleep, now: Date.now, onPublished: watch.onFeedback },
    publish: (event) => host.publishServiceEvent(event),
  });
  const sendAgain = createClient({
    ...{ request: host.request, chance: chanceOf(seed, 'clients'), sleep, step: runtime.steps },
    isApiOpen: () => restoration.isApiOpen(),
  });
  const send: SendRequest = async <T>(method: string, target: string, request?: ClientRequest) => {
    const response = await sendAgain<T>(method, target, request);
    if (response.alwaysFailed && target.startsWith('/v1/'))
      watch.report(17, `${method} ${target} was answered with 500 again and again`);
    return response;
  };
  const console = createProviderConsole(send, (call) => host.callAws(call));
  const provider = createProvider({ console, faults, sleep, now: Date.now, ...watch });
  const belongings = createBelongings({ now: Date.now, report: watch.report });
  const customers = createCustomers({
    ...{ plan, send, faults, provider, sleep, timeline, watch, belongings },
    registerTenant: createRegistration({ host: () => host, sleep, report: watch.report }),
  });
  const restoration = createRestoration({
    ...{ network, outages, messages, customers, provider, consumers, watch, sleep, now: Date.now },
    ...{ workers: workers.map(({ id }) => id), host: () => host },
  });
  const keyHolders = createKeyHolders({
    ...{ send, belongings, sleep, now: Date.now },
    // a restored table lacks the keys, their ends and the requests of the lost time
    report: (invariant, message) => (restoration.hasBegun() ? undefined : watch.report(invariant, message)),
  });
  const readers = createReaders({
    ...{ send, sleep, now: Date.now, belongings, report: watch.report, wasRestored: () => restoration.hasBegun() },
  });
  const operator = createOperator({
    ...{ send, faults, sleep, consumers, definitions, activeFunctions: network.activeFunctions },
    ...{ workers: workers.map(({ id }) => id), consumedTypeOf, outages, messages, console, watch, now: Date.now },
    ...{ restoration, host: () => host },
  });

  let rows: readonly Row[] = [];
  /** Every order is final and nothing is in progress except the sweeper's schedule. */
  const isQuiescent = async (): Promise<boolean> => {
    rows = await rowsOf(host.callAws);
    const open = rows.some(({ sk, status }) => sk === 'order' && !['confirmed', 'cancelled'].includes(String(status)));
    const isOwed = rows.some(({ owed }) => owed !== undefined);
    const running = host.executions().some(({ status }) => status === 'RUNNING');
    return (
      !open &&
      !isOwed &&
      !running &&
      network.inFlightCount() === 0 &&
      feedback.pendingCount() === 0 &&
      (await Promise.race([host.whenIdle().then(() => true), falseAfterThisMoment()]))
    );
  };

  /**
   * The provider refuses no longer to return what is owed. Parked orders are resumed, unless their customers lose patience. What no payment
   * will ever come of is cancelled by its customer, some of it only once it is parked: the provider never answers, or all attempts that an
   * order may have are spent.
   */
  const endStuckOrders = async (tenants: readonly Tenant[]) => {
    const hasSpentAttempts = (orderId: string) =>
      rows.some(
        ({ sk, orderId: id, attempts }) =>
          sk === 'attempt' && id === orderId && (attempts as readonly unknown[]).length === MAX_ATTEMPTS,
      );
    for (const { owed, attempts } of rows)
      if (owed !== undefined)
        for (const { key } of attempts as readonly { readonly key: string }[]) await operator.allowRefund(key);
    for (const { pk, sk, status, payment, history } of rows) {
      if (sk !== 'order' || (status !== 'needs_attention' && status !== 'placed')) continue;
      const { tenantId, id } = orderIdsOf(pk);
      const tenant = tenants.find((candidate) => candidate.id === tenantId);
      const isHopeless =
        HOPELESS_TOKENS.includes((payment as { readonly token: string }).token) ||
        (status === 'needs_attention' && hasSpentAttempts(id));
      const parkedFrom = (history as readonly { readonly status: string }[]).at(-2)?.status ?? '';
      const isPatient = id.charCodeAt(id.length - 1) % 2 === 0;
      const givesUp =
        status === 'placed' ? isHopeless && !isPatient : parkedFrom === 'placed' && (isHopeless || !isPatient);
      if (tenant && givesUp) await customers.cancel(tenant, id);
      else if (status === 'needs_attention') await operator.resume({ tenantId, id, parkedFrom });
    }
  };

  const run = async () => {
    const tenants = await customers.openShops();
    await Promise.all([
      customers.carryOutPlan(tenants),
      keyHolders.carryOut(plan.keyChores ?? [], tenants),
      readers.carryOut(plan.reads ?? [], tenants),
      operator.runTicks(tenants, plan.spanMs),
    ]);
    faults.stop();
    await operator.cleanUp(tenants);
    await restoration.whenDone();
    await provider.whenDone();
    const maxDeadlineMs = Math.max(times.paymentDeadlineMs, times.parkAfterMs);
    const until = runtime.now() + maxDeadlineMs + QUIESCENCE_MARGIN_MS;
    let quiescent = false;
    while (!quiescent && runtime.now() < until) {
      await operator.cleanUp(tenants);
      await sleep(CLEAN_UP_EVERY_MS);
      quiescent = (await isQuiescent()) && (await operator.countDeadLetters()) === 0;
      await endStuckOrders(tenants);
    }
    const deadLetterCount = await operator.countDeadLetters();
    if (!quiescent)
      watch.report(8, `no quiescence: ${network.inFlightCount()} in flight, ${deadLetterCount} dead letters`);
    for (const { invariant, message } of violationsAtQuiescence(rows, customers.accepted()))
      watch.report(invariant, message);
    for (const message of messages.lost()) watch.report(22, message);
    for (const message of watch.feedbackAtQuiescence(rows)) watch.report(28, message);
  };

  const { steps, result } = await drive(run(), {
    maxSteps: MAX_STEPS,
    isOver: () => watch.check() !== undefined,
  });
  const waits = deliveries.worstWaits();
  if (waits.overtaking > MAX_OVERTAKING)
    watch.report(27, `${waits.overtaking} messages of a tenant overtook one of another in its queue`);
  let violation = watch.check();
  host.close();
  // an error after a violation follows from it
  if (result && 'error' in result && !violation) throw result.error;
  if (!result && !violation) violation = { invariant: 8, message: `the run did not end within ${steps} steps` };
  if (runtime.strayTimers() > 0) violation ??= { invariant: 10, message: 'a timer runs on the machine’s own time' };

  return {
    ...{ seed, steps, orders: customers.accepted().length, struck: faults.struck, reads: readers.counts, trace },
    waits,
    hash: hash.digest('hex').slice(0, 16),
    histories: timeline.historyCount(),
    statuses: countStatuses(rows),
    ...(violation && { violation }),
  };
};

/** Loses a race against every promise that resolves at this moment. */
const falseAfterThisMoment = () => sleep(0).then(() => false);

const countStatuses = (rows: readonly Row[]) => {
  const counts: Record<string, number> = {};
  for (const { sk, status } of rows) if (sk === 'order') counts[String(status)] = (counts[String(status)] ?? 0) + 1;
  return counts;
};
