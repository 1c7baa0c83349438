import type { ProviderName } from '#payments/contract';
import type { Instant, OrderId, TenantId } from '#platform/kernel';

// Every key of this context is built here and nowhere else.

/** The item of all attempts of an order. */
export const attemptKey = (tenantId: TenantId, orderId: OrderId) => ({
  pk: `payments#${tenantId}#attempt#${orderId}`,
  sk: 'attempt',
});

export const breakerKey = (tenantId: TenantId, provider: ProviderName) => ({
  pk: `payments#${tenantId}#breaker#${provider}`,
  sk: 'breaker',
});

export const strayKey = (tenantId: TenantId, key: string) => ({
  pk: `payments#${tenantId}#stray#${key}`,
  sk: 'stray',
});
/** A tenant's strays, in the index `list`. */
export const strayList = (tenantId: TenantId) => `payments#${tenantId}#strays#0`;

/** The tenant and the id in the partition key of an item of this context. */
export const idsOf = (pk: string) => {
  const [, tenantId, , id] = pk.split('#');
  return { tenantId: tenantId as TenantId, id: id as string };
};

/** The breakers of all tenants that are open or probing, in the index `due`: a partition for the scheduled probe alone. */
export const BREAKERS_LIST = 'due#breakers';
export const breakerDue = (until: Instant, tenantId: TenantId) => `${until}#${tenantId}`;
/** The payments of all tenants with money to give back, in the index `due`, by the time at which that is tried next. */
export const RETURNS_LIST = 'due#returns';
type PaymentIds = { readonly tenantId: TenantId; readonly orderId: OrderId };
export const returnDue = (dueAt: Instant, { tenantId, orderId }: PaymentIds) => `${dueAt}#${tenantId}#${orderId}`;
