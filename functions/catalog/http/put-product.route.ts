import { type Pause, putProduct } from '#catalog/app/put-product';
import { PutProduct } from '#catalog/contract';
import { productTable } from '#catalog/data/product-table';
import { answer } from '#catalog/http/answer';
import { problem, reply, route } from '#shared/http';
import type { Sku } from '#shared/kernel';
import type { Runtime } from '#shared/runtime';

export const putProductRoute = (rt: Runtime<'db'>) => {
  const pause: Pause = (attempt) => rt.sleep(rt.random() * 40 * attempt);
  const put = putProduct(productTable(rt), () => rt.now().toISOString(), pause);
  const spec = { method: 'PUT', path: '/v1/products/{sku}', scope: 'tenant', body: PutProduct } as const;
  return route(spec, async ({ tenantId, params, body }) => {
    const made = await put({ ...body, tenantId, sku: params['sku'] as Sku });
    if (!made.ok) return problem(made.error);
    return reply(made.value.change === 'created' ? 201 : 200, answer(made.value.product));
  });
};
