import type { Order } from '#orders/domain/order';
import type { Money, OrderId, Sku, TenantId } from '#shared/kernel';

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

/** Now, as ISO 8601. */
export type Now = () => string;
