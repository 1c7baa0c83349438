import { commitHold } from '#inventory/domain/hold';
import type { Holds } from '#inventory/use-cases/ports';
import type { OrderId, TenantId } from '#platform/kernel';

/** The order is confirmed, so what it held is sold. A confirmed order without an open hold is a fault and must not be ignored. */
export const commitOrderHold = (holds: Holds) => async (tenantId: TenantId, orderId: OrderId) => {
  const hold = await holds.find(tenantId, orderId);
  const committed = hold && commitHold(hold);
  if (!hold || !committed?.ok)
    throw new Error(`order ${orderId} is confirmed, but its hold is ${hold?.state ?? 'missing'}`);
  if (committed.value === hold) return;
  if ((await holds.update(hold, committed.value)) !== 'done')
    throw new Error(`the hold of order ${orderId} is contended`);
};
