import type { writeRoutes } from '#inventory/routes';
import { adjustmentTable } from '#inventory/table/adjustment-table';
import { stockTable } from '#inventory/table/stock-table';
import { adjustStock as adjustStockUseCase } from '#inventory/use-cases/adjust-stock';
import { raiseShards } from '#inventory/use-cases/raise-shards';
import { idFrom } from '#platform/http/idempotency';
import type { RouteHandler } from '#platform/http/route';
import { backoffUntil, requestDeadlineMs } from '#platform/runtime/backoff';
import { randomIndex } from '#platform/runtime/random-index';
import type { Runtime } from '#platform/runtime/runtime';

type Routes = typeof writeRoutes;

export const adjustStock = (rt: Runtime<'db'>): RouteHandler<Routes['adjustStock']> => {
  const adjust = adjustStockUseCase({
    stock: stockTable(rt),
    adjustments: adjustmentTable(rt),
    pick: randomIndex(rt),
  });
  return async ({ tenantId, params, body, idempotencyKey, requestDigest }) => {
    const request = { tenantId, id: idFrom(tenantId, idempotencyKey), sku: params.sku, ...body, requestDigest };
    const adjusted = await adjust(request, backoffUntil(rt, requestDeadlineMs(rt)));
    if (!adjusted.ok) return { problem: adjusted.error };
    const { value, replayed } = adjusted.value;
    const { id, sku, delta, reason } = value;
    return { status: 201, replayed, body: { id, sku, delta, reason } };
  };
};

export const setShards = (rt: Runtime<'db'>): RouteHandler<Routes['setShards']> => {
  const raise = raiseShards(stockTable(rt));
  return async ({ tenantId, params, body }) => {
    const raised = await raise(
      { tenantId, sku: params.sku, shards: body.shards },
      backoffUntil(rt, requestDeadlineMs(rt)),
    );
    if (!raised.ok) return { problem: raised.error };
    const { sku, shards } = raised.value;
    return { status: 200, body: { sku, shards } };
  };
};
