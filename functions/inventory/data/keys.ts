import type { OrderId, Sku, TenantId } from '#shared/kernel';

/** Every key of this context, and no other place makes one. */
const key = (tenantId: TenantId, entity: string, id: string) => ({
  pk: `inventory#${tenantId}#${entity}#${id}`,
  sk: entity,
});

export const headKey = (tenantId: TenantId, sku: Sku) => key(tenantId, 'head', sku);
/** Each shard is a partition of its own: that is what they are for. No SKU has a dot. */
export const shardKey = (tenantId: TenantId, sku: Sku, shard: number) => key(tenantId, 'shard', `${sku}.${shard}`);
export const holdKey = (tenantId: TenantId, orderId: OrderId) => key(tenantId, 'hold', orderId);
export const adjustmentKey = (tenantId: TenantId, id: string) => key(tenantId, 'adjustment', id);

/** The list of open holds. */
export const openHolds = (tenantId: TenantId) => `inventory#${tenantId}#list#0`;
