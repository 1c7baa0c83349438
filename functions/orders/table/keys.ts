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
/** The partitions of the due list. */
export const DUE_LISTS: readonly string[] = [DUE_LIST];
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
/** Which tenants have too many open orders. */
export const openOrdersKey = { pk: 'due#open-orders', sk: 'open-orders' };
/** The pauses of all deadlines. */
export const pauseKey = { pk: 'due#pause', sk: 'pause' };
/** A tenant's policy for orders that await their payment. */
export const policyKey = (tenantId: TenantId) => ({ pk: `orders#${tenantId}#policy#${tenantId}`, sk: 'policy' });
