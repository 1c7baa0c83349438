import type { OrderId, TenantId } from '#shared/kernel';

/** Every key of this context, and no other place makes one. */
export const orderKey = (tenantId: TenantId, id: OrderId) => ({ pk: `orders#${tenantId}#order#${id}`, sk: 'order' });

export const orderList = (tenantId: TenantId) => `orders#${tenantId}#list#0`;
