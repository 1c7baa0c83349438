import type { Limits, Order } from '#orders/domain/order';
import type { Instant, Money, OrderId, Sku, TenantId } from '#shared/kernel';

export type Orders = {
  /** Reads strongly. */
  find(tenantId: TenantId, id: OrderId): Promise<Order | undefined>;
  /** Stores the order with its OrderPlaced unless one stands under its id; answers with the one that stands. */
  putOrMeet(order: Order): Promise<Order>;
  /** Moves the order with the event of its new status, on condition that `from` still stands; false where it does not. */
  move(from: Order, to: Order): Promise<boolean>;
};

/** Prices of the SKUs that exist, read strongly. */
export type Prices = (tenantId: TenantId, skus: readonly Sku[]) => Promise<ReadonlyMap<Sku, Money>>;

/** What a decision about an order is made with. */
export type When = { readonly now: () => Instant; readonly limits: Limits };

export type DueOrders = {
  /** Some of the orders that are due, the longest due first; eventually consistent. */
  due(at: Instant, limit: number): Promise<readonly { readonly tenantId: TenantId; readonly id: OrderId }[]>;
  /** True for one sweep at a time: whoever takes it has it until `until`. */
  takeTurn(at: Instant, until: Instant): Promise<boolean>;
  /** Ends the turn early. */
  endTurn(at: Instant): Promise<void>;
};
