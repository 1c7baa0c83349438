import { getProductRoute } from '#catalog/http/get-product.route';
import { listProductsRoute } from '#catalog/http/list-products.route';
import { httpFunction } from '#shared/http';
import type { Runtime } from '#shared/runtime';
import { keyHolder } from '#tenants/published';

export const read = (rt: Runtime<'db'>) =>
  httpFunction(rt, keyHolder(rt), [listProductsRoute(rt), getProductRoute(rt)]);
