import { rebalance } from '#inventory/domain/rebalance';
import { emptySummary, type SkuSummary, withShards } from '#inventory/domain/sku-summary';
import type { Stock } from '#inventory/use-cases/ports';
import { type Backoff, err, ok, type Result, type Sku, type TenantId } from '#platform/kernel';

type ShardCount = { readonly tenantId: TenantId; readonly sku: Sku; readonly shards: number };

/**
 * Distributes a SKU over this many shards, never fewer than it has, while orders continue: each shift is a transaction that leaves the
 * sum unchanged. A SKU without a stock record gets its summary, so that its first delivery is distributed.
 *
 * A shift that loses a race makes it read and plan again. Once the number of shards is right, an uneven distribution is worth some
 * tries but no refusal, because orders make it uneven again.
 */
export const raiseShards =
  (stock: Stock) =>
  async (
    { tenantId, sku, shards }: ShardCount,
    backoff: Backoff,
  ): Promise<Result<SkuSummary, 'shards_lowered' | 'conflict'>> => {
    for (let attempt = 0; ; attempt += 1) {
      const [summary = emptySummary(tenantId, sku)] = await stock.summaries(tenantId, [sku]);
      if (shards < summary.shards) return err('shards_lowered');
      const hasShards = shards === summary.shards && summary.version > 0;
      if (hasShards && attempt === 0) return ok(summary);
      const rebalanced = await applyShifts(stock, summary, shards);
      if (rebalanced) return ok(rebalanced);
      if (!(await backoff(attempt))) return hasShards ? ok(summary) : err('conflict');
    }
  };

/** The final summary; undefined where a shift failed. */
const applyShifts = async (stock: Stock, from: SkuSummary, shards: number): Promise<SkuSummary | undefined> => {
  let summary = from;
  const plan = rebalance({ sku: from.sku, shards: await stock.shards([from]), from: from.shards, to: shards });
  for (const { shards: count, changes } of plan) {
    const next = withShards(summary, count);
    if ((await stock.shift(summary, next, changes)) !== 'done') return undefined;
    summary = next;
  }
  return summary;
};
