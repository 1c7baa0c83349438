import type { readRoutes } from '#inventory/routes';
import { countRequests } from '#inventory/table/count-table';
import { stockTable } from '#inventory/table/stock-table';
import { countStock } from '#inventory/use-cases/count-stock';
import { readStock } from '#inventory/use-cases/read-stock';
import type { RouteHandler } from '#platform/http/route';
import { backoffUntil, requestDeadlineMs } from '#platform/runtime/backoff';
import type { Runtime } from '#platform/runtime/runtime';

export const getStock = (rt: Runtime<'db'>): RouteHandler<(typeof readRoutes)['getStock']> => {
  const read = readStock({
    countStock: countStock(stockTable(rt)),
    counts: countRequests(rt),
    now: () => rt.now().toISOString(),
    sleep: rt.sleep,
  });
  return async ({ tenantId, params }) => {
    const stock = await read(tenantId, params.sku, backoffUntil(rt, requestDeadlineMs(rt)));
    return stock.ok ? { status: 200, body: stock.value } : { problem: stock.error };
  };
};
