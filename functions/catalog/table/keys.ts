import type { Sku, TenantId } from '#platform/kernel';

// Every key of this context is built here and nowhere else.

export const productKey = (tenantId: TenantId, sku: Sku) => ({
  pk: `catalog#${tenantId}#product#${sku}`,
  sk: 'product',
});

export const productList = (tenantId: TenantId) => `catalog#${tenantId}#list#0`;
