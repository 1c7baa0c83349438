import { available, isStable, lastChange, taken } from '#inventory/domain/stock';
import type { StockReader } from '#inventory/use-cases/ports';
import { type Backoff, err, type Instant, ok, type Result, type Sku, type TenantId } from '#platform/kernel';

export type StockCount = {
  readonly sku: Sku;
  /** The quantity at one moment of the count. */
  readonly available: number;
  /** Received units that are not available, at the same moment. */
  readonly taken: number;
  /** When the stock last changed. */
  readonly changedAt: Instant | undefined;
  readonly shards: number;
  /** The stock changed during every attempt, so its shards were counted at different moments. */
  readonly approximate?: true;
};

/**
 * Counts a SKU's stock. Units that are not available are in an open hold or sold, so no counter can drift (ADR 5). A read of several
 * shards may fall between a taking and a giving back, or between the two halves of a move, and see a quantity that never existed. It counts
 * only if a second read and the summary, which every move changes, are the same (ADR 40, ADR 41).
 */
export const countStock =
  (stock: StockReader) =>
  async (tenantId: TenantId, sku: Sku, backoff: Backoff): Promise<Result<StockCount, 'sku_not_found'>> => {
    for (let attempt = 0; ; attempt += 1) {
      const [summary] = await stock.summaries(tenantId, [sku]);
      if (!summary) return err('sku_not_found');
      const shards = await stock.shards([summary]);
      const shardsAgain = summary.shards > 1 ? await stock.shards([summary]) : shards;
      const [summaryAgain] = await stock.summaries(tenantId, [sku]);
      const isExact = summaryAgain?.version === summary.version && isStable(sku, shards, shardsAgain);
      if (!isExact && (await backoff(attempt))) continue;

      const count = { sku, available: available(shards), taken: taken(shards), shards: summary.shards };
      return ok({ ...count, changedAt: lastChange(shards), ...(!isExact && { approximate: true }) });
    }
  };
