import type { Instant, OrderId, TenantId } from '#platform/kernel';
import { shardOf, shardPartition, shardPartitions } from '#platform/table/list-shards';

// Every key of this context is built here and nowhere else.

export const orderKey = (tenantId: TenantId, id: OrderId) => ({ pk: `orders#${tenantId}#order#${id}`, sk: 'order' });

const orderList = (tenantId: TenantId) => `orders#${tenantId}#list`;
/** The shard of a tenant's list of orders that an order was born into. */
export const orderShard = (tenantId: TenantId, shard: number) => shardPartition(orderList(tenantId), shard);
export const orderShards = (tenantId: TenantId, count: number) => shardPartitions(orderList(tenantId), count);
/** The number of a shard in its partition key. */
export const shardNumberOf = (listPk: string) => Number(listPk.slice(listPk.lastIndexOf('#') + 1));

/** The tenant and the id in an order's partition key. */
export const orderIdsOf = (pk: string) => {
  const [, tenantId, , id] = pk.split('#');
  return { tenantId: tenantId as TenantId, id: id as OrderId };
};

const DUE_LIST = 'due#orders';
/** Every order in progress is in the due list, so its shards bound the orders of a stage: each takes some 500 a second (ADR 91). */
const DUE_SHARDS = 16;
/** The orders of all tenants that the sweeper examines, by the hash of the id: partitions that no other function may read. */
export const dueShards = () => shardPartitions(DUE_LIST, DUE_SHARDS);
export const dueShard = (id: OrderId) => shardPartition(DUE_LIST, shardOf(id, DUE_SHARDS));
/**
 * An entry of the due list: when the order is due and its id, and a mark unless it is placed: `cancelling`, `deadline`, or `waiting` with
 * the end of its wait. By the mark a sweep knows which orders it must read, and which saga must make progress.
 */
export const dueEntry = ({ due, id, mark }: { readonly due: Instant; readonly id: OrderId; readonly mark: DueMark }) =>
  [due, id, ...(mark.kind === 'placed' ? [] : [mark.kind]), ...(mark.waitsUntil ? [mark.waitsUntil] : [])].join('#');
export type DueMark = {
  readonly kind: 'placed' | 'cancelling' | 'waiting' | 'deadline';
  readonly waitsUntil?: string | undefined;
};
/** When the order of a `dueSk` is due. */
export const dueAtOf = (dueSk: string) => dueSk.slice(0, dueSk.indexOf('#')) as Instant;
export const dueMarkOf = (dueSk: string): DueMark => {
  const [, , kind = 'placed', waitsUntil] = dueSk.split('#');
  return { kind: kind as DueMark['kind'], ...(waitsUntil !== undefined && { waitsUntil }) };
};
/** The item by which one sweep at a time holds the lease. */
export const leaseKey = { pk: 'due#orders#turn', sk: 'turn' };
/** The pauses of all deadlines. */
export const pauseKey = { pk: 'due#pause', sk: 'pause' };
/** A tenant's policy for orders that await their payment. */
export const policyKey = (tenantId: TenantId) => ({ pk: `orders#${tenantId}#policy#${tenantId}`, sk: 'policy' });
