import { productList } from '#catalog/data/keys';
import { toProduct } from '#catalog/data/product-table';
import { answer } from '#catalog/http/answer';
import { reply, route } from '#shared/http';
import { ListQuery, listPage } from '#shared/list';
import type { Runtime } from '#shared/runtime';

/** By SKU, ascending. */
export const listProductsRoute = (rt: Runtime<'db'>) => {
  const spec = { method: 'GET', path: '/v1/products', scope: 'tenant', query: ListQuery } as const;
  return route(spec, async ({ tenantId, query }) => {
    const { items, next } = await listPage(rt, { ...query, listPk: productList(tenantId) });
    return reply(200, { items: items.map((item) => answer(toProduct(item))), next });
  });
};
