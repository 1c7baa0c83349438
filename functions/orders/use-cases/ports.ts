import type { Moment, Order } from '#orders/domain/order';
import type { Instant, Money, OrderId, Sku, TenantId } from '#platform/kernel';

export type Orders = {
  /** Reads strongly. */
  find(tenantId: TenantId, id: OrderId): Promise<Order | undefined>;
  /** Stores a new order with its OrderPlaced unless one exists under its id; returns the stored one: this very object, if it is new. */
  putIfAbsent(order: Order): Promise<Order>;
  /** Stores `to` with the event of the transition, on condition that `from` is unchanged; false where it is not. */
  update(from: Order, to: Order): Promise<boolean>;
};

/** Prices of those SKUs that exist, read strongly. */
export type Prices = (tenantId: TenantId, skus: readonly Sku[]) => Promise<ReadonlyMap<Sku, Money>>;

/** The moment of the next decision. */
export type OrderClock = () => Moment;

export type DueOrders = {
  /** At most `limit` orders that are due, the longest due first; eventually consistent. */
  findDue(at: Instant, limit: number): Promise<readonly { readonly tenantId: TenantId; readonly id: OrderId }[]>;
  /** True for one sweep at a time: it holds the lease until `until`. */
  acquireLease(at: Instant, until: Instant): Promise<boolean>;
  /** Ends the lease early. */
  releaseLease(at: Instant): Promise<void>;
};
