import type { OrderId, Sku, TenantId } from '#platform/kernel';
import { shardOf, shardPartition, shardPartitions } from '#platform/table/list-shards';

// Every key of this context is built here and nowhere else.

const key = (tenantId: TenantId, entity: string, id: string) => ({
  pk: `inventory#${tenantId}#${entity}#${id}`,
  sk: entity,
});

export const summaryKey = (tenantId: TenantId, sku: Sku) => key(tenantId, 'head', sku);
/**
 * Each shard is a partition of its own, which spreads a SKU's load. A SKU may contain dots; the last one ends it, so two shards never share
 * a key.
 */
export const shardKey = (tenantId: TenantId, sku: Sku, shard: number) => key(tenantId, 'shard', `${sku}.${shard}`);
export const holdKey = (tenantId: TenantId, orderId: OrderId) => key(tenantId, 'hold', orderId);
export const adjustmentKey = (tenantId: TenantId, id: string) => key(tenantId, 'adjustment', id);
/** When the open holds of a tenant were counted. */
export const countStateKey = (tenantId: TenantId) => key(tenantId, 'counts', tenantId);
/** A part of what was counted. */
export const countChunkKey = (tenantId: TenantId, chunk: number) => key(tenantId, 'counts-chunk', `${chunk}`);

const openHoldList = (tenantId: TenantId) => `inventory#${tenantId}#list`;
/** The shard of a tenant's list of open holds that a hold is born into. It leaves it only when it ends. */
export const openHoldShard = (tenantId: TenantId, orderId: OrderId, count: number) =>
  shardPartition(openHoldList(tenantId), shardOf(orderId, count));
export const openHoldShards = (tenantId: TenantId, count: number) => shardPartitions(openHoldList(tenantId), count);
