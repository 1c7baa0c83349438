import { raiseShards } from '#inventory/app/raise-shards';
import { SpreadStock } from '#inventory/contract';
import { stockTable } from '#inventory/data/stock-table';
import { PATIENCE_MS } from '#inventory/http/patience';
import { problem, reply, route } from '#shared/http';
import type { Sku } from '#shared/kernel';
import { pauseUntil } from '#shared/pause';
import type { Runtime } from '#shared/runtime';

export const putStockRoute = (rt: Runtime<'db'>) => {
  const raise = raiseShards(stockTable(rt));
  const spec = { method: 'PUT', path: '/v1/inventory/{sku}', scope: 'tenant', body: SpreadStock } as const;
  return route(spec, async ({ tenantId, params, body }) => {
    const pause = pauseUntil(rt, rt.now().getTime() + PATIENCE_MS);
    const raised = await raise(tenantId, params['sku'] as Sku, body.shards, pause);
    if (!raised.ok) return problem(raised.error);
    const { sku, shards } = raised.value;
    return reply(200, { sku, shards });
  });
};
