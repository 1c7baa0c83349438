import { countStock } from '#inventory/app/count-stock';
import { heldStock } from '#inventory/data/open-holds';
import { stockTable } from '#inventory/data/stock-table';
import { PATIENCE_MS } from '#inventory/http/patience';
import { problem, reply, route } from '#shared/http';
import type { Sku } from '#shared/kernel';
import { pauseUntil } from '#shared/pause';
import type { Runtime } from '#shared/runtime';

export const getStockRoute = (rt: Runtime<'db'>) => {
  const count = countStock(stockTable(rt), heldStock(rt));
  return route({ method: 'GET', path: '/v1/inventory/{sku}', scope: 'tenant' }, async ({ tenantId, params }) => {
    const counted = await count(tenantId, params['sku'] as Sku, pauseUntil(rt, rt.now().getTime() + PATIENCE_MS));
    return counted.ok ? reply(200, counted.value) : problem(counted.error);
  });
};
