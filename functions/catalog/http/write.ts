import { toResponse } from '#catalog/http/read';
import type { writeRoutes } from '#catalog/routes';
import { productTable } from '#catalog/table/product-table';
import { type Backoff, putProduct as putProductUseCase } from '#catalog/use-cases/put-product';
import type { RouteHandler } from '#platform/http/route';
import type { Runtime } from '#platform/runtime/runtime';

export const putProduct = (rt: Runtime<'db'>): RouteHandler<(typeof writeRoutes)['putProduct']> => {
  const backoff: Backoff = (attempt) => rt.sleep(rt.random() * 40 * attempt);
  const put = putProductUseCase(productTable(rt), () => rt.now().toISOString(), backoff);
  return async ({ tenantId, params, body }) => {
    const applied = await put({ ...body, tenantId, sku: params.sku });
    if (!applied.ok) return { problem: applied.error };
    const { change, product } = applied.value;
    return { status: change === 'created' ? 201 : 200, body: toResponse(product) };
  };
};
