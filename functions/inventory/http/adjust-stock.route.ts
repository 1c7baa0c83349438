import { adjustStock } from '#inventory/app/adjust-stock';
import { AdjustStock } from '#inventory/contract';
import { adjustmentTable } from '#inventory/data/adjustment-table';
import { stockTable } from '#inventory/data/stock-table';
import { PATIENCE_MS } from '#inventory/http/patience';
import { problem, reply, route } from '#shared/http';
import { idempotencyKey, idFrom } from '#shared/idempotency';
import type { Sku } from '#shared/kernel';
import { pauseUntil } from '#shared/pause';
import type { Runtime } from '#shared/runtime';

export const adjustStockRoute = (rt: Runtime<'db'>) => {
  const pick = (count: number) => Math.floor(rt.random() * count);
  const adjust = adjustStock({ stock: stockTable(rt), adjustments: adjustmentTable(rt), pick });
  const spec = { method: 'POST', path: '/v1/inventory/{sku}/adjustments', scope: 'tenant', body: AdjustStock } as const;
  return route(spec, async ({ tenantId, params, body, header }) => {
    const key = idempotencyKey({ header });
    if (!key) return problem('idempotency_key_required');
    const asked = {
      tenantId,
      id: idFrom(tenantId, key),
      sku: params['sku'] as Sku,
      delta: body.delta,
      reason: body.reason,
    };
    const adjusted = await adjust(asked, pauseUntil(rt, rt.now().getTime() + PATIENCE_MS));
    if (!adjusted.ok) return problem(adjusted.error);
    const { id, sku, delta, reason } = adjusted.value;
    return reply(201, { id, sku, delta, reason });
  });
};
