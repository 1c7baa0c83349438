import type { Product } from '#catalog/domain/product';
import type { ProductResponse, readRoutes } from '#catalog/routes';
import { productList } from '#catalog/table/keys';
import { productTable, toProduct } from '#catalog/table/product-table';
import type { RouteHandler } from '#platform/http/route';
import type { Runtime } from '#platform/runtime/runtime';
import { listPage } from '#platform/table/list';

type Routes = typeof readRoutes;

export const toResponse = ({ sku, name, price, version, updatedAt }: Product): ProductResponse => ({
  sku,
  name,
  price,
  version,
  updatedAt,
});

export const listProducts =
  (rt: Runtime<'db'>): RouteHandler<Routes['listProducts']> =>
  async ({ tenantId, query }) => {
    const { items, next } = await listPage(rt, { ...query, shards: [productList(tenantId)] });
    return { status: 200, body: { items: items.map((item) => toResponse(toProduct(item))), next } };
  };

export const getProduct = (rt: Runtime<'db'>): RouteHandler<Routes['getProduct']> => {
  const products = productTable(rt);
  return async ({ tenantId, params }) => {
    const product = await products.find(tenantId, params.sku);
    return product ? { status: 200, body: toResponse(product) } : { problem: 'product_not_found' };
  };
};
