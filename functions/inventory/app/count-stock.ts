import type { Pause, Shelves } from '#inventory/app/ports';
import { available, received, steady } from '#inventory/domain/stock';
import { err, ok, type Result, type Sku, type TenantId } from '#shared/kernel';

export type Held = (tenantId: TenantId, sku: Sku) => Promise<number>;
/** `held` and `sold` follow within moments. */
export type Count = {
  readonly sku: Sku;
  /** All that there was at one moment of the count. */
  readonly available: number;
  readonly held: number;
  readonly sold: number;
  readonly shards: number;
  /** Units came and went amid every look, so that each shard was counted at a moment of its own. */
  readonly approximate?: true;
};

/**
 * What is neither available nor held by an open order was sold; no counter that could drift. A look at several shards may fall
 * between an order that takes and another that gives back, or between the two ends of a move, and see what never was there at
 * once: it counts if a second one, and the head, which every move changes, show the same.
 */
export const countStock =
  (stock: Shelves, heldStock: Held) =>
  async (tenantId: TenantId, sku: Sku, pause: Pause): Promise<Result<Count, 'sku_not_found'>> => {
    for (let attempt = 0; ; attempt += 1) {
      const [head] = await stock.heads(tenantId, [sku]);
      if (!head) return err('sku_not_found');
      const [shards, open] = await Promise.all([stock.shards([head]), heldStock(tenantId, sku)]);
      const again = head.shards > 1 ? await stock.shards([head]) : shards;
      const [now] = await stock.heads(tenantId, [sku]);
      const exact = now?.version === head.version && steady(sku, shards, again);
      if (!exact && (await pause(attempt))) continue;

      const taken = received(shards) - available(shards);
      const held = Math.min(open, taken);
      const count = { sku, available: available(shards), held, sold: taken - held, shards: head.shards };
      return ok({ ...count, ...(!exact && { approximate: true }) });
    }
  };
