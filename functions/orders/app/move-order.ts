import type { Orders } from '#orders/app/ports';
import type { Order } from '#orders/domain/order';
import { err, type OrderId, type Result, type TenantId } from '#shared/kernel';

/** An order moves at most a few times in its life, so whoever loses this often against others has met a fault. */
const TRIES = 5;

/**
 * Decides on the order as it stands and writes on condition that it still stands so; whoever loses that race decides anew.
 * A decision that changes nothing writes nothing.
 */
export const moveOrder =
  (orders: Orders) =>
  async <E>(
    tenantId: TenantId,
    id: OrderId,
    decide: (order: Order) => Result<Order, E>,
  ): Promise<Result<Order, E | 'order_not_found'>> => {
    for (let tried = 0; tried < TRIES; tried += 1) {
      const standing = await orders.find(tenantId, id);
      if (!standing) return err('order_not_found');
      const decided = decide(standing);
      if (!decided.ok || decided.value === standing || (await orders.move(standing, decided.value))) return decided;
    }
    throw new Error(`order ${id} changed ${TRIES} times under one move`);
  };
