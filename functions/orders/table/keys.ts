import type { Instant, OrderId, TenantId } from '#platform/kernel';

// Every key of this context is built here and nowhere else.

export const orderKey = (tenantId: TenantId, id: OrderId) => ({ pk: `orders#${tenantId}#order#${id}`, sk: 'order' });

export const orderList = (tenantId: TenantId) => `orders#${tenantId}#list#0`;

/** The tenant and the id in an order's partition key. */
export const orderIdsOf = (pk: string) => {
  const [, tenantId, , id] = pk.split('#');
  return { tenantId: tenantId as TenantId, id: id as OrderId };
};

/** The orders of all tenants that the sweeper examines: a partition that no other function may read. */
export const DUE_LIST = 'due#orders#0';
/** When the order of a `dueSk` is due. */
export const dueAtOf = (dueSk: string) => dueSk.slice(0, dueSk.indexOf('#')) as Instant;
/** The item by which one sweep at a time holds the lease. */
export const leaseKey = { pk: 'due#orders#turn', sk: 'turn' };
