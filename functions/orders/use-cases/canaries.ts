import type { Order } from '#orders/domain/order';
import type { DueEntry } from '#orders/use-cases/ports';
import type { TenantId } from '#platform/kernel';

const MAX_CANARIES_OF_A_TENANT = 5;
/** Of all tenants, while none has made progress: what a cause that holds for all costs in a minute. */
const MAX_CANARIES = 100;
const WATCH_INTERVAL_MS = 1_000;
const MAX_WATCHES = 15;

type Ports = {
  /** Resolves to the order if it made no progress and was restarted. */
  readonly restartAsCanary: (entry: DueEntry) => Promise<Order | undefined>;
  /** Whether the order makes no progress. If something else is due for it, that is done. */
  readonly isStalled: (entry: DueEntry) => Promise<boolean>;
  /** Restarts the order if it makes no progress. */
  readonly restart: (entry: DueEntry) => Promise<void>;
  /** Handles several entries at a time, the first ones first, until the time is over. */
  readonly forEach: (entries: readonly DueEntry[], handle: (entry: DueEntry) => Promise<void>) => Promise<unknown>;
  /** Whether its saga has changed the status of a canary. */
  readonly progressed: (canary: Order) => Promise<boolean>;
  readonly sleep: (ms: number) => Promise<void>;
  readonly hasTimeLeft: () => boolean;
};

type Tenant = {
  readonly id: TenantId;
  readonly canaries: Order[];
  /** Entries behind the canaries, until it is decided whether they are restarted. The first one is known to make no progress. */
  held: DueEntry[];
  verdict?: 'released' | 'held_back';
  heldBack: number;
};

/**
 * Decides which orders of one saga a sweep restarts (ADR 82). Of each tenant the oldest five are restarted as canaries. If more wait, the
 * sweep watches the canaries, and restarts the others of a tenant once one of its canaries has made progress. While none does, the cause
 * lasts for that tenant, and the next sweep takes its next canaries. A tenant for which no canary was left follows the others.
 */
export const releaseByCanaries = (ports: Ports) => {
  const { restartAsCanary, isStalled, restart, forEach, progressed, sleep, hasTimeLeft } = ports;
  const tenants = new Map<TenantId, Tenant>();
  let [canaryCount, hasProgress] = [0, false];

  const tenantOf = ({ tenantId: id }: DueEntry): Tenant => {
    const known = tenants.get(id);
    if (known) return known;
    const tenant: Tenant = { id, canaries: [], held: [], heldBack: 0 };
    tenants.set(id, tenant);
    return tenant;
  };
  /** The entries that become canaries if they make no progress, and the others. */
  const pick = (entries: readonly DueEntry[]) => {
    const picked = new Map<TenantId, number>();
    let total = canaryCount;
    const isPicked = (entry: DueEntry) => {
      const { id: tenantId, canaries } = tenantOf(entry);
      const count = picked.get(tenantId) ?? 0;
      if (canaries.length + count >= MAX_CANARIES_OF_A_TENANT || (total >= MAX_CANARIES && !hasProgress)) return false;
      picked.set(tenantId, count + 1);
      total += 1;
      return true;
    };
    return Map.groupBy(entries, isPicked);
  };

  /** Restarts canaries until each tenant has its number. Resolves to the entries behind them. */
  const takeCanaries = async (entries: readonly DueEntry[]): Promise<readonly DueEntry[]> => {
    let rest = entries;
    while (hasTimeLeft()) {
      const groups = pick(rest);
      const picked = groups.get(true) ?? [];
      rest = groups.get(false) ?? [];
      if (picked.length === 0) return rest;
      await forEach(picked, async (entry) => {
        const canary = await restartAsCanary(entry);
        if (!canary) return;
        tenantOf(entry).canaries.push(canary);
        canaryCount += 1;
      });
    }
    return [];
  };

  const hold = async (entries: readonly DueEntry[]): Promise<void> => {
    for (const entry of entries) {
      if (!hasTimeLeft()) return;
      const { held } = tenantOf(entry);
      if (held.length > 0 || (await isStalled(entry))) held.push(entry);
    }
  };

  const decide = async (tenant: Tenant, verdict: 'released' | 'held_back'): Promise<void> => {
    const { held } = tenant;
    tenant.verdict = verdict;
    tenant.held = [];
    if (verdict === 'released') await forEach(held, restart);
    else tenant.heldBack += held.length;
  };
  const undecided = () => [...tenants.values()].filter(({ held }) => held.length > 0);

  /** Those of which a canary has made progress; with them, those without a canary. */
  const findReleased = async (waiting: readonly Tenant[]): Promise<readonly Tenant[]> => {
    const watched = waiting.every(({ canaries }) => canaries.length > 0) ? waiting : [...tenants.values()];
    const answers = await Promise.all(
      watched.map(async (tenant) => (await Promise.all(tenant.canaries.map(progressed))).includes(true)),
    );
    hasProgress ||= answers.includes(true);
    const released = new Set(watched.filter((_, n) => answers[n]));
    return waiting.filter((tenant) => released.has(tenant) || (hasProgress && tenant.canaries.length === 0));
  };

  const watch = async (): Promise<void> => {
    for (let watches = 0; watches < MAX_WATCHES && undecided().length > 0 && hasTimeLeft(); watches += 1) {
      await sleep(WATCH_INTERVAL_MS);
      for (const tenant of await findReleased(undecided())) await decide(tenant, 'released');
    }
    for (const tenant of undecided()) await decide(tenant, 'held_back');
  };

  return {
    /** The entries are in the order of the due list. */
    async handlePage(entries: readonly DueEntry[]): Promise<void> {
      const byVerdict = Map.groupBy(entries, (entry) => tenantOf(entry).verdict);
      for (const entry of byVerdict.get('held_back') ?? []) tenantOf(entry).heldBack += 1;
      await forEach(byVerdict.get('released') ?? [], restart);
      await hold(await takeCanaries(byVerdict.get(undefined) ?? []));
      await watch();
    },
    /** What was not restarted because the cause lasts, by now. */
    heldBack(): { readonly orders: number; readonly tenants: readonly TenantId[] } {
      const held = [...tenants.values()].filter(({ heldBack }) => heldBack > 0);
      return { orders: held.reduce((sum, { heldBack }) => sum + heldBack, 0), tenants: held.map(({ id }) => id) };
    },
  };
};
