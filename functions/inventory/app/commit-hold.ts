import type { Holds } from '#inventory/app/ports';
import { commit } from '#inventory/domain/hold';
import type { OrderId, TenantId } from '#shared/kernel';

/** The order is confirmed: what it held is sold. A confirmed order without an open hold is a fault, and is not passed over. */
export const commitHold = (holds: Holds) => async (tenantId: TenantId, orderId: OrderId) => {
  const standing = await holds.find(tenantId, orderId);
  const committed = standing && commit(standing);
  if (!standing || !committed?.ok)
    throw new Error(`order ${orderId} is confirmed, but its hold is ${standing?.state ?? 'not there'}`);
  if (committed.value === standing) return;
  if ((await holds.move(standing, committed.value)) !== 'done')
    throw new Error(`the hold of order ${orderId} is contended`);
};
