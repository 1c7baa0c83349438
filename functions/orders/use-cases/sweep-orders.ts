import { type Moment, type Order, restart } from '#orders/domain/order';
import type { Pause } from '#orders/domain/pause';
import { type Examination, examine, hasProgressed, mayHaveLostEvents, restartAsCanary } from '#orders/domain/sweep';
import { forEachConcurrently } from '#orders/use-cases/concurrently';
import type {
  DueCursor,
  DueEntry,
  DueOrders,
  FindPauses,
  OrderClock,
  Orders,
  ProviderIsAvailable,
} from '#orders/use-cases/ports';
import { updateOrder } from '#orders/use-cases/update-order';
import { addMs, ok, type TenantId } from '#platform/kernel';

const PAGE_SIZE = 200;
/**
 * At 20 ms for each order these are a thousand orders a second. The due list bounds it further: it is one partition of its index, which
 * takes 1,000 write units a second on AWS, and a restart or a release costs two, so at most 500 a second. Beyond that DynamoDB throttles
 * the table's writes, those of new orders included.
 */
const CONCURRENCY = 20;
const MAX_CANARIES = 5;
const WATCH_INTERVAL_MS = 1_000;
const MAX_WATCHES = 15;
/** A sweep that dies keeps others out for this long, which is longer than its function may run: 55 s. */
const LEASE_MS = 90_000;

export type SweepPorts = {
  readonly orders: Orders;
  readonly dueOrders: DueOrders;
  readonly findPauses: FindPauses;
  readonly providerIsAvailable: ProviderIsAvailable;
  readonly now: OrderClock;
  readonly sleep: (ms: number) => Promise<void>;
  /** Called for what could not be read or written. The sweep goes on with the others. */
  readonly onFailure: (what: DueEntry | 'pauses' | TenantId, error: unknown) => void;
};

/** How many orders a sweep restarted (of them as canaries), expired, parked, released, made offline, or could not handle. */
export type SweepCounts = {
  restarted: number;
  canaries: number;
  expired: number;
  parked: number;
  released: number;
  offline: number;
  failed: number;
  /** Orders that make no progress behind the canaries. */
  heldBack: number;
  /** Restarted or parked orders whose events may be lost. */
  mayHaveLostEvents: number;
};
export type SweepReport = Readonly<SweepCounts> & {
  /** `only_canaries`: none of the canaries made progress, so the cause lasts and nothing else was restarted. */
  readonly mode: 'all' | 'only_canaries';
};

/**
 * Sweeps the due list from its oldest entry to its end, or until the time is over. Its only state is in what is due. Of the orders that
 * make no progress, up to five of each saga are restarted as canaries. If more wait, the sweep watches the canaries, and restarts the others
 * of that saga once one of them has made progress; while none does, the cause lasts, and the next sweep takes the next canaries (ADR 82).
 */
export const sweepOrders =
  (ports: SweepPorts) =>
  async (hasTimeLeft: () => boolean): Promise<SweepReport | 'lease_held'> => {
    const { dueOrders, now } = ports;
    const { at } = now();
    if (!(await dueOrders.acquireLease(at, addMs(at, LEASE_MS)))) return 'lease_held';
    try {
      const sweep = startSweep(ports, hasTimeLeft);
      let after: DueCursor | undefined;
      do {
        const { entries, next } = await dueOrders.findDue(at, { limit: PAGE_SIZE, after });
        await sweep.handlePage(entries);
        after = next;
      } while (after && hasTimeLeft());
      return sweep.report();
    } finally {
      await dueOrders.releaseLease(now().at);
    }
  };

/** For orders that the sweep only examines. */
const unchanged = (order: Order): Order => order;

type Restart = (order: Order, moment: Moment) => Order;
type Examined = {
  readonly finding: Examination['finding'] | 'failed';
  /** As it is after the sweep. */
  readonly order?: Order;
  readonly lost?: boolean;
};

/** The orders that one saga brings on. What keeps orders from being unwound need not keep others from being fulfilled. */
type Stalled = { readonly canaries: Order[]; mode?: SweepReport['mode'] };
const SAGA_KINDS = ['placed', 'cancelling'] as const;

const startSweep = (ports: SweepPorts, hasTimeLeft: () => boolean) => {
  const { orders, findPauses, providerIsAvailable, now, sleep, onFailure } = ports;
  const update = updateOrder(orders);
  const counts: SweepCounts = {
    ...{ restarted: 0, canaries: 0, expired: 0, parked: 0, released: 0, offline: 0, failed: 0, heldBack: 0 },
    mayHaveLostEvents: 0,
  };
  const stalled: Readonly<Record<(typeof SAGA_KINDS)[number], Stalled>> = {
    placed: { canaries: [] },
    cancelling: { canaries: [] },
  };
  let pauses: Promise<readonly Pause[] | undefined> | undefined;
  const availability = new Map<TenantId, Promise<boolean>>();

  const currentPauses = () => {
    pauses ??= findPauses().catch((error: unknown) => void onFailure('pauses', error));
    return pauses;
  };
  const isAvailable = (tenantId: TenantId) => {
    const known = availability.get(tenantId);
    if (known) return known;
    const answer = providerIsAvailable(tenantId).catch((error: unknown) => {
      onFailure(tenantId, error);
      return false;
    });
    availability.set(tenantId, answer);
    return answer;
  };

  const sweepEntry = async (entry: DueEntry, restartWith: Restart): Promise<Examined> => {
    const { tenantId, id, kind } = entry;
    try {
      const facts = {
        pauses: kind === 'deadline' ? await currentPauses() : undefined,
        providerIsAvailable: kind === 'waiting' && (await isAvailable(tenantId)),
      };
      let finding: Examination['finding'] = 'nothing';
      let lost = false;
      const swept = await update(tenantId, id, (order) => {
        const moment = now();
        const examined = examine(order, moment, facts);
        finding = examined.finding;
        lost = (finding === 'stalled' || finding === 'parked') && mayHaveLostEvents(order, moment.at);
        if ('order' in examined) return ok(examined.order);
        return ok(finding === 'stalled' ? restartWith(order, moment) : order);
      });
      return swept.ok ? { finding, order: swept.value, lost } : { finding: 'nothing' };
    } catch (error) {
      onFailure(entry, error);
      return { finding: 'failed' };
    }
  };

  const count = ({ finding, lost = false }: Examined) => {
    if (finding === 'nothing') return;
    counts[finding === 'stalled' ? 'restarted' : finding] += 1;
    if (lost) counts.mayHaveLostEvents += 1;
  };

  /** Whether the provider is back, or the order's wait is over. Otherwise the order need not be read. */
  const mayChange = async ({ kind, tenantId, waitsUntil = '' }: DueEntry) =>
    kind !== 'waiting' || waitsUntil <= now().at || (await isAvailable(tenantId));

  const progressed = async (canary: Order) => {
    try {
      const current = await orders.find(canary.tenantId, canary.id);
      return current !== undefined && hasProgressed(canary, current);
    } catch (error) {
      onFailure({ ...canary, kind: 'placed' }, error);
      return false;
    }
  };
  const watchCanaries = async ({ canaries }: Stalled): Promise<boolean> => {
    for (let watches = 0; watches < MAX_WATCHES && hasTimeLeft(); watches += 1) {
      await sleep(WATCH_INTERVAL_MS);
      if ((await Promise.all(canaries.map(progressed))).includes(true)) return true;
    }
    return false;
  };

  /** Takes canaries, and decides on the mode once an order stands behind them. Returns the entries that the mode is for. */
  const takeCanaries = async (group: Stalled, entries: readonly DueEntry[]): Promise<readonly DueEntry[]> => {
    for (const [position, entry] of entries.entries()) {
      if (group.mode || !hasTimeLeft()) return entries.slice(position);
      if (group.canaries.length < MAX_CANARIES) {
        const swept = await sweepEntry(entry, restartAsCanary);
        count(swept);
        if (swept.finding !== 'stalled' || !swept.order) continue;
        group.canaries.push(swept.order);
        counts.canaries += 1;
        continue;
      }
      const held = await sweepEntry(entry, unchanged);
      if (held.finding !== 'stalled') count(held);
      else {
        group.mode = (await watchCanaries(group)) ? 'all' : 'only_canaries';
        return entries.slice(position);
      }
    }
    return [];
  };

  const limits = { concurrency: CONCURRENCY, hasTimeLeft };
  return {
    async handlePage(entries: readonly DueEntry[]): Promise<void> {
      const others = entries.filter(({ kind }) => kind === 'waiting' || kind === 'deadline');
      await forEachConcurrently(others, limits, async (entry) => {
        if (await mayChange(entry)) count(await sweepEntry(entry, unchanged));
      });
      for (const saga of SAGA_KINDS) {
        const group = stalled[saga];
        const behind = await takeCanaries(
          group,
          entries.filter(({ kind }) => kind === saga),
        );
        if (group.mode === 'all')
          await forEachConcurrently(behind, limits, async (entry) => count(await sweepEntry(entry, restart)));
        else if (group.mode) counts.heldBack += behind.length;
      }
    },
    report(): SweepReport {
      const isHeldBack = SAGA_KINDS.some((saga) => stalled[saga].mode === 'only_canaries');
      return { ...counts, mode: isHeldBack ? 'only_canaries' : 'all' };
    },
  };
};
