import { openHoldsOf } from '#inventory/table/open-holds';
import { stockTable } from '#inventory/table/stock-table';
import type { OrderId, Sku, TenantId } from '#platform/kernel';
import type { Runtime } from '#platform/runtime/runtime';

type Line = { readonly sku: Sku; readonly quantity: number };

/** How many units of each line are not available, read strongly; lines of which enough is available are left out. */
export const stockShortages = (rt: Runtime<'db'>) => {
  const stock = stockTable(rt);
  return async (
    tenantId: TenantId,
    lines: readonly Line[],
  ): Promise<readonly { readonly sku: Sku; readonly missing: number }[]> => {
    const summaries = await stock.summaries(
      tenantId,
      lines.map(({ sku }) => sku),
    );
    const available = new Map<Sku, number>();
    for (const shard of await stock.shards(summaries))
      available.set(shard.sku, (available.get(shard.sku) ?? 0) + shard.available);
    return lines
      .map(({ sku, quantity }) => ({ sku, missing: quantity - (available.get(sku) ?? 0) }))
      .filter(({ missing }) => missing > 0);
  };
};

/**
 * The orders whose open holds have units of any of these SKUs, at most 500 for each, with their units per SKU. It reads an index, so
 * it is eventually consistent.
 */
export const openHolders =
  (rt: Runtime<'db'>) =>
  async (
    tenantId: TenantId,
    skus: readonly Sku[],
  ): Promise<readonly { readonly orderId: OrderId; readonly held: ReadonlyMap<Sku, number> }[]> => {
    const holders = new Map<OrderId, ReadonlyMap<Sku, number>>();
    for (const sku of skus)
      for (const [orderId, held] of await openHoldsOf(rt, tenantId, sku)) holders.set(orderId, held);
    return [...holders].map(([orderId, held]) => ({ orderId, held }));
  };
