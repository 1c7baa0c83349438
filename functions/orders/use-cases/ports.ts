import type { Shortage } from '#orders/domain/giving-way';
import type { OpenOrdersVerdict } from '#orders/domain/open-orders';
import type { Line, Moment, Order } from '#orders/domain/order';
import type { Pause } from '#orders/domain/pause';
import type { StoredPolicy } from '#orders/domain/policy';
import type { Instant, Money, OrderId, Sku, TenantId } from '#platform/kernel';

export type Orders = {
  /** Reads strongly. */
  find(tenantId: TenantId, id: OrderId): Promise<Order | undefined>;
  /** Stores a new order with its OrderPlaced unless one exists under its id; returns the stored one: this very object, if it is new. */
  putIfAbsent(order: Order): Promise<Order>;
  /** Stores `to` with the event of the transition, on condition that `from` is unchanged; false where it is not. */
  update(from: Order, to: Order): Promise<boolean>;
};

/** Reads many orders strongly. Those that do not exist are left out. */
export type FindManyOrders = (tenantId: TenantId, ids: readonly OrderId[]) => Promise<readonly Order[]>;

/** Prices of those SKUs that exist, read strongly. */
export type Prices = (tenantId: TenantId, skus: readonly Sku[]) => Promise<ReadonlyMap<Sku, Money>>;

/** The moment of the next decision. */
export type OrderClock = () => Moment;

/**
 * An order of the due list. `placed`, `cancelling`: its saga makes no progress. `waiting`: for the provider. `deadline`: for its payment.
 */
export type DueEntry = {
  readonly tenantId: TenantId;
  readonly id: OrderId;
  /** Its status, where a saga must make progress; otherwise what it waits for. */
  readonly kind: 'placed' | 'cancelling' | 'waiting' | 'deadline';
  /** Of an order that waits. */
  readonly waitsUntil?: string | undefined;
};
/** The place in the due list's order behind which the next page begins. */
export type DueCursor = string;
export type DuePage = { readonly entries: readonly DueEntry[]; readonly next?: DueCursor | undefined };

export type DueOrders = {
  /** At most `limit` entries that are due, the longest due first, after the cursor; eventually consistent. */
  findDue(at: Instant, page: { readonly limit: number; readonly after?: DueCursor | undefined }): Promise<DuePage>;
  /** True for one sweep at a time: it holds the lease until `until`. */
  acquireLease(at: Instant, until: Instant): Promise<boolean>;
  /** Ends the lease early. */
  releaseLease(at: Instant): Promise<void>;
};

/**
 * The tenant of every open order, page by page: of those `placed` and `cancelling` that are due after `after` and by `until`. One that
 * makes no progress and waits for a restart was due before. Eventually consistent.
 */
export type FindOpenOrders = (range: { readonly after: Instant; readonly until: Instant }) => AsyncIterable<TenantId>;

/** The verdict on open orders, which the sweeper alone writes. */
export type OpenOrderVerdicts = {
  find(): Promise<OpenOrdersVerdict>;
  put(verdict: OpenOrdersVerdict): Promise<void>;
};
/**
 * Reads the verdict, if the known one is old. Never rejects, and takes a tenth of a second at most: a verdict that is unknown then refuses
 * nothing.
 */
export type CheckOpenOrders = () => Promise<OpenOrdersVerdict>;

/** The pauses of all deadlines, read strongly. */
export type FindPauses = () => Promise<readonly Pause[]>;

export type Policies = {
  /** The tenant's policy, or the defaults; read strongly. */
  find(tenantId: TenantId): Promise<StoredPolicy>;
  /** Stores `to` on condition that `from` is unchanged; false where it is not. */
  update(tenantId: TenantId, from: StoredPolicy, to: StoredPolicy): Promise<boolean>;
};

/** Whether the tenant's payment provider may be called. */
export type ProviderIsAvailable = (tenantId: TenantId) => Promise<boolean>;

/** What of the stock a step must know to let other orders give way. */
export type StockToGiveWay = {
  /** How many units of each line are not available; lines of which enough is available are left out. */
  shortages(tenantId: TenantId, lines: readonly Pick<Line, 'sku' | 'quantity'>[]): Promise<readonly Shortage[]>;
  /** The open holds with units of these SKUs, at most some hundreds; eventually consistent. */
  holders(tenantId: TenantId, skus: readonly Sku[]): Promise<readonly OpenHolder[]>;
};
export type OpenHolder = { readonly orderId: OrderId; readonly held: ReadonlyMap<Sku, number> };
