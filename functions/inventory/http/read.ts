import type { readRoutes } from '#inventory/contract';
import { heldQuantity } from '#inventory/table/open-holds';
import { stockTable } from '#inventory/table/stock-table';
import { countStock } from '#inventory/use-cases/count-stock';
import type { RouteHandler } from '#platform/http/route';
import { backoffUntil, requestDeadlineMs } from '#platform/runtime/backoff';
import type { Runtime } from '#platform/runtime/runtime';

export const getStock = (rt: Runtime<'db'>): RouteHandler<(typeof readRoutes)['getStock']> => {
  const count = countStock(stockTable(rt), heldQuantity(rt));
  return async ({ tenantId, params }) => {
    const counted = await count(tenantId, params.sku, backoffUntil(rt, requestDeadlineMs(rt)));
    return counted.ok ? { status: 200, body: counted.value } : { problem: counted.error };
  };
};
