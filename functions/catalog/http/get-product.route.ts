import { productTable } from '#catalog/data/product-table';
import { answer } from '#catalog/http/answer';
import { problem, reply, route } from '#shared/http';
import type { Sku } from '#shared/kernel';
import type { Runtime } from '#shared/runtime';

export const getProductRoute = (rt: Runtime<'db'>) => {
  const products = productTable(rt);
  return route({ method: 'GET', path: '/v1/products/{sku}', scope: 'tenant' }, async ({ tenantId, params }) => {
    const product = await products.find(tenantId, params['sku'] as Sku);
    return product ? reply(200, answer(product)) : problem('product_not_found');
  });
};
