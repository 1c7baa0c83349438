import type { Instant, OrderId, TenantId } from '#shared/kernel';

/** Every key of this context, and no other place makes one. */
export const orderKey = (tenantId: TenantId, id: OrderId) => ({ pk: `orders#${tenantId}#order#${id}`, sk: 'order' });

export const orderList = (tenantId: TenantId) => `orders#${tenantId}#list#0`;

/** The tenant and the id of an order's key. */
export const orderOf = (pk: string) => {
  const [, tenantId, , id] = pk.split('#');
  return { tenantId: tenantId as TenantId, id: id as OrderId };
};

/** What the sweeper is to look at, of all tenants: a partition that no other function may read. */
export const DUE = 'due#orders#0';
/** When the order of a `dueSk` is due. */
export const dueOf = (dueSk: string) => dueSk.slice(0, dueSk.indexOf('#')) as Instant;
export const turnKey = { pk: 'due#orders#turn', sk: 'turn' };
