import { createHash } from 'node:crypto';
import { orderIdsOf } from '#orders/table/keys';
import { createHost, type Host } from '../../embedded/host/host.ts';
import type { Row, Violation } from '../../ops/audit/table-audit.ts';
import { backend, consumers, definitions, sleep, times } from './backend.ts';
import { chanceOf } from './chance.ts';
import { makeCustomers } from './customers.ts';
import { type Bounds, makeFaults, type Struck } from './faults.ts';
import { makeNetwork } from './network.ts';
import { makeOperator } from './operator.ts';
import { type Plan, planOf } from './plan.ts';
import { realm } from './realm.ts';
import { atRest } from './rest.ts';
import { rowsOf } from './rows.ts';
import { tenantsOf } from './scope.ts';
import { makeTimeline } from './timeline.ts';
import { makeWatch } from './watch.ts';
import { makeAsk } from './world.ts';

export type Simulation = Bounds & {
  /** All that is left to chance is drawn from it. */
  readonly seed: number;
  /** Orders in the seed; 5 to 40, as it draws, by default. */
  readonly orders?: number;
  /** What the world outside wants, instead of what the seed would draw. */
  readonly plan?: Plan;
};
export type Outcome = {
  readonly seed: number;
  /** Of every step in its order: the same for the same seed, everywhere. */
  readonly hash: string;
  readonly steps: number;
  readonly orders: number;
  /** Of orders' status and SKUs' stock, each with all that was asked of it. */
  readonly histories: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly struck: readonly Struck[];
  readonly violation?: Violation;
  /** The steps before the violation, or the last ones. */
  readonly trace: readonly string[];
};

const MINUTE = 60_000;
/** Of an index: mostly it is behind by less than a tenth of a second. */
const LONGEST_LAG_MS = 60_000;
const TRACED = 40;
/** A seed takes some 20,000; one that does not end is one that is stuck. */
const MOST_STEPS = 3_000_000;
const REST_MS = 30 * MINUTE;

/** One night of Breakwater, as its seed has it. */
export const simulate = async (simulation: Simulation): Promise<Outcome> => {
  const { seed, orders, plan = planOf(seed, orders), ...bounds } = simulation;
  // what is left of a night that broke goes on for a turn, and must not draw from the chance of this one
  await realm.settle();
  realm.begin(seed);
  const faults = makeFaults(seed, realm.now, bounds);
  const timeline = makeTimeline(realm.steps);
  const watch = makeWatch(timeline);
  const hash = createHash('sha256');
  const trace: string[] = [];
  let steps = 0;

  const note = (caller: string, operation: string, keys: readonly string[], outcome: string) => {
    const line = `${realm.now()} ${caller} ${operation} ${keys.join(' ')} ${outcome}`;
    hash.update(line);
    trace.push(line);
    if (trace.length > TRACED) trace.shift();
    watch.check();
  };
  const network = makeNetwork({
    ...{ faults, sleep, tenantsOf, step: note },
    chance: chanceOf(seed, 'network'),
    crash: (fn, environment) => host.crashFunction(fn, environment),
    charging: (tenants) => watch.charging([...tenants][0] ?? '', Date.now()),
    trespassed: (caller, keys, tenants) =>
      watch.report(7, `${caller} asked for ${keys.join(', ')} in the name of ${[...tenants].join(', ')}`),
  });
  const host: Host = createHost({
    ...{ ...backend, interceptors: network, onTableChange: watch.changed },
    transactionLatencyMs: () => Math.ceil(Math.random() * 10),
    replicationLagMs: (partition) =>
      Math.ceil(Math.random() * 30 + (faults.strike('replica behind', partition) ?? 0) * LONGEST_LAG_MS),
  });
  const ask = makeAsk({ request: host.request, chance: chanceOf(seed, 'clients'), sleep, step: realm.steps });
  const customers = makeCustomers({ plan, ask, faults, sleep, timeline, now: Date.now, report: watch.report });
  const operator = makeOperator({
    ...{ ask, faults, sleep, consumers, definitions, working: network.working },
    host: () => host,
  });

  let rows: readonly Row[] = [];
  /** Nothing is under way, and every order has ended: whatever goes on from here is the sweeper's round. */
  const rested = async (): Promise<boolean> => {
    rows = await rowsOf(host.callAws);
    const open = rows.some(({ sk, status }) => sk === 'order' && !['confirmed', 'cancelled'].includes(String(status)));
    const running = host.executions().some(({ status }) => status === 'RUNNING');
    return (
      !open && !running && network.underWay() === 0 && (await Promise.race([host.whenIdle().then(() => true), never()]))
    );
  };

  const night = async () => {
    const tenants = await customers.open();
    await Promise.all([customers.trade(tenants), operator.suffer(tenants, plan.spanMs)]);
    faults.end();
    const until = realm.now() + Math.max(times.orderDeadlineMs, times.paymentDeadlineMs, times.parkAfterMs) + REST_MS;
    let quiet = false;
    while (!quiet && realm.now() < until) {
      await operator.tidyUp(tenants);
      await sleep(MINUTE);
      quiet = await rested();
      for (const { pk, sk, status } of rows) {
        if (sk !== 'order' || status !== 'needs_attention') continue;
        const { tenantId, id } = orderIdsOf(pk);
        await operator.resume(tenantId, id);
      }
    }
    const dead = await operator.deadLetters();
    if (!quiet) watch.report(8, `it does not come to rest: ${network.underWay()} under way, ${dead} dead letters`);
    for (const violation of atRest(rows, customers.accepted)) watch.report(violation.invariant, violation.message);
  };

  let ended = false;
  let broken: unknown;
  night().then(
    () => {
      ended = true;
    },
    (error: unknown) => {
      broken = error;
      ended = true;
    },
  );
  await realm.settle();
  let violation = watch.check();
  while (!ended && !violation && steps < MOST_STEPS && (await realm.step())) {
    steps += 1;
    violation = watch.check();
  }
  violation ??= watch.check();
  host.close();
  if (broken) throw broken;
  if (!ended && !violation) violation = { invariant: 8, message: `the night did not end within ${steps} steps` };
  if (realm.strayTimers() > 0) violation ??= { invariant: 10, message: 'something runs on the machine’s own time' };

  return {
    ...{ seed, steps, orders: customers.accepted.length, struck: faults.struck, trace },
    hash: hash.digest('hex').slice(0, 16),
    histories: timeline.histories(),
    statuses: statusesOf(rows),
    ...(violation && { violation }),
  };
};

/** Loses every race but that against what never comes: asks whether something is so now. */
const never = () => sleep(0).then(() => false);

const statusesOf = (rows: readonly Row[]) => {
  const counts: Record<string, number> = {};
  for (const { sk, status } of rows) if (sk === 'order') counts[String(status)] = (counts[String(status)] ?? 0) + 1;
  return counts;
};
