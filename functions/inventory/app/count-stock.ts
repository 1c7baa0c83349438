import type { Stock } from '#inventory/app/ports';
import { available, received } from '#inventory/domain/stock';
import { err, ok, type Result, type Sku, type TenantId } from '#shared/kernel';

export type Held = (tenantId: TenantId, sku: Sku) => Promise<number>;
/** `available` is exact as of the answer; `held` and `sold` follow within moments. */
export type Count = { readonly sku: Sku; readonly available: number; readonly held: number; readonly sold: number };

/** What is neither available nor held by an open order was sold; no counter that could drift. */
export const countStock =
  (stock: Stock, heldStock: Held) =>
  async (tenantId: TenantId, sku: Sku): Promise<Result<Count, 'sku_not_found'>> => {
    const [head] = await stock.heads(tenantId, [sku]);
    if (!head) return err('sku_not_found');
    const [shards, open] = await Promise.all([stock.shards([head]), heldStock(tenantId, sku)]);
    const taken = received(shards) - available(shards);
    const held = Math.min(open, taken);
    return ok({ sku, available: available(shards), held, sold: taken - held });
  };
