import { type Moment, type Order, restart } from '#orders/domain/order';
import type { Pause } from '#orders/domain/pause';
import { type Examination, examine, hasProgressed, mayHaveLostEvents, restartAsCanary } from '#orders/domain/sweep';
import { releaseByCanaries } from '#orders/use-cases/canaries';
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
import { forEachConcurrently } from '#platform/concurrently';
import { addMs, ok, type TenantId } from '#platform/kernel';

const PAGE_SIZE = 200;
/**
 * At 20 ms for each order these are a thousand orders a second. A restart or a release costs two write units of the due list, whose 16
 * shards take 1,000 a second each on AWS, so new orders have most of them for themselves.
 */
const CONCURRENCY = 20;
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
  /** Orders that make no progress, and were not restarted because no canary of their tenant made progress. */
  heldBack: number;
  /** Restarted or parked orders whose events may be lost. */
  mayHaveLostEvents: number;
};
export type SweepReport = Readonly<SweepCounts> & {
  /** Up to ten tenants of whose orders only canaries were restarted, because none of these made progress. */
  readonly heldBackTenants: readonly TenantId[];
};

const MAX_NAMED_TENANTS = 10;

/**
 * Sweeps the due list from its oldest entry to its end, or until the time is over. Its only state is in what is due. Orders that make no
 * progress are restarted as far as the canaries of their saga and tenant allow.
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

/** What keeps orders from being unwound need not keep others from being fulfilled, so each saga has its canaries. */
const SAGA_KINDS = ['placed', 'cancelling'] as const;

const startSweep = (ports: SweepPorts, hasTimeLeft: () => boolean) => {
  const { orders, findPauses, providerIsAvailable, now, sleep, onFailure } = ports;
  const update = updateOrder(orders);
  const limits = { concurrency: CONCURRENCY, hasTimeLeft };
  const counts: SweepCounts = {
    ...{ restarted: 0, canaries: 0, expired: 0, parked: 0, released: 0, offline: 0, failed: 0, heldBack: 0 },
    mayHaveLostEvents: 0,
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
  const releases = SAGA_KINDS.map((kind) => ({
    kind,
    release: releaseByCanaries({
      async restartAsCanary(entry) {
        const swept = await sweepEntry(entry, restartAsCanary);
        count(swept);
        if (swept.finding !== 'stalled') return undefined;
        counts.canaries += 1;
        return swept.order;
      },
      async isStalled(entry) {
        const swept = await sweepEntry(entry, unchanged);
        if (swept.finding === 'stalled') return true;
        count(swept);
        return false;
      },
      restart: async (entry) => count(await sweepEntry(entry, restart)),
      forEach: (entries, handle) => forEachConcurrently(entries, limits, handle),
      progressed,
      ...{ sleep, hasTimeLeft },
    }),
  }));

  return {
    async handlePage(entries: readonly DueEntry[]): Promise<void> {
      const others = entries.filter(({ kind }) => kind === 'waiting' || kind === 'deadline');
      await forEachConcurrently(others, limits, async (entry) => {
        if (await mayChange(entry)) count(await sweepEntry(entry, unchanged));
      });
      for (const { kind, release } of releases)
        await release.handlePage(entries.filter((entry) => entry.kind === kind));
    },
    report(): SweepReport {
      const held = releases.map(({ release }) => release.heldBack());
      counts.heldBack = held.reduce((sum, { orders: n }) => sum + n, 0);
      const tenants = new Set(held.flatMap((of) => of.tenants));
      return { ...counts, heldBackTenants: [...tenants].slice(0, MAX_NAMED_TENANTS) };
    },
  };
};
