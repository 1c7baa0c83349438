import type { ProviderName } from '#payments/contract';
import type { OrderId, TenantId } from '#platform/kernel';

// Every key of this context is built here and nowhere else.

export const attemptKey = (tenantId: TenantId, orderId: OrderId) => ({
  pk: `payments#${tenantId}#attempt#${orderId}`,
  sk: 'attempt',
});

export const breakerKey = (tenantId: TenantId, provider: ProviderName) => ({
  pk: `payments#${tenantId}#breaker#${provider}`,
  sk: 'breaker',
});
