import type { Sku, TenantId } from '#shared/kernel';

/** Every key of this context, and no other place makes one. */
export const productKey = (tenantId: TenantId, sku: Sku) => ({
  pk: `catalog#${tenantId}#product#${sku}`,
  sk: 'product',
});

export const productList = (tenantId: TenantId) => `catalog#${tenantId}#list#0`;
