import type { Pause, Shelves } from '#inventory/app/ports';
import { available, received } from '#inventory/domain/stock';
import { err, ok, type Result, type Sku, type TenantId } from '#shared/kernel';

export type Held = (tenantId: TenantId, sku: Sku) => Promise<number>;
/** `available` is exact as of the answer; `held` and `sold` follow within moments. */
export type Count = {
  readonly sku: Sku;
  readonly available: number;
  readonly held: number;
  readonly sold: number;
  readonly shards: number;
};

/**
 * What is neither available nor held by an open order was sold; no counter that could drift. A count amid which units were moved
 * between shards, which changes the head, may have missed some and is made anew.
 */
export const countStock =
  (stock: Shelves, heldStock: Held) =>
  async (tenantId: TenantId, sku: Sku, pause: Pause): Promise<Result<Count, 'sku_not_found' | 'contended'>> => {
    for (let attempt = 0; ; attempt += 1) {
      const [head] = await stock.heads(tenantId, [sku]);
      if (!head) return err('sku_not_found');
      const [shards, open] = await Promise.all([stock.shards([head]), heldStock(tenantId, sku)]);
      const [now] = await stock.heads(tenantId, [sku]);
      if (now?.version === head.version) {
        const taken = received(shards) - available(shards);
        const held = Math.min(open, taken);
        return ok({ sku, available: available(shards), held, sold: taken - held, shards: head.shards });
      }
      if (!(await pause(attempt))) return err('contended');
    }
  };
