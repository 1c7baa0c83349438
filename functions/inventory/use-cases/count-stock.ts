import { available, isStable, received } from '#inventory/domain/stock';
import type { StockReader } from '#inventory/use-cases/ports';
import { type Backoff, err, ok, type Result, type Sku, type TenantId } from '#platform/kernel';

export type FindHeldQuantity = (tenantId: TenantId, sku: Sku) => Promise<number>;
/** `held` and `sold` follow within moments. */
export type StockCount = {
  readonly sku: Sku;
  /** The quantity at one moment of the count. */
  readonly available: number;
  readonly held: number;
  readonly sold: number;
  readonly shards: number;
  /** The stock changed during every attempt, so its shards were counted at different moments. */
  readonly approximate?: true;
};

/**
 * Counts a SKU's stock. Units that are neither available nor held by an open order were sold, so no counter can drift (ADR 5). A read
 * of several shards may fall between a taking and a giving back, or between the two halves of a move, and see a quantity that
 * never existed. It counts only if a second read and the summary, which every move changes, are the same (ADR 40, ADR 41).
 */
export const countStock =
  (stock: StockReader, findHeldQuantity: FindHeldQuantity) =>
  async (tenantId: TenantId, sku: Sku, backoff: Backoff): Promise<Result<StockCount, 'sku_not_found'>> => {
    for (let attempt = 0; ; attempt += 1) {
      const [summary] = await stock.summaries(tenantId, [sku]);
      if (!summary) return err('sku_not_found');
      const [shards, openQuantity] = await Promise.all([stock.shards([summary]), findHeldQuantity(tenantId, sku)]);
      const shardsAgain = summary.shards > 1 ? await stock.shards([summary]) : shards;
      const [summaryAgain] = await stock.summaries(tenantId, [sku]);
      const isExact = summaryAgain?.version === summary.version && isStable(sku, shards, shardsAgain);
      if (!isExact && (await backoff(attempt))) continue;

      const taken = received(shards) - available(shards);
      const held = Math.min(openQuantity, taken);
      const count = { sku, available: available(shards), held, sold: taken - held, shards: summary.shards };
      return ok({ ...count, ...(!isExact && { approximate: true }) });
    }
  };
