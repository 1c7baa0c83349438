import { consolidate } from '#inventory/domain/rebalance';
import { withShards } from '#inventory/domain/sku-summary';
import { type Allocation, allocate, isStable, type Line, MAX_ALLOCATIONS } from '#inventory/domain/stock';
import type { PickRandom, Stock } from '#inventory/use-cases/ports';
import { type Backoff, err, ok, type Result, type TenantId } from '#platform/kernel';

type Ports = { readonly stock: Stock; readonly pick: PickRandom };

/**
 * Allocates the lines after a read of all their shards. `out_of_stock` is only returned for what was too little at one moment: a read
 * may take several calls, and units that move, return or leave between them could be missed (ADR 40). Stock that lies in more shards
 * than one transaction can change is consolidated first.
 */
export const findAllocation =
  ({ stock, pick }: Ports) =>
  async (
    tenantId: TenantId,
    lines: readonly Line[],
    backoff: Backoff,
  ): Promise<Result<readonly Allocation[], 'out_of_stock' | 'contended'>> => {
    // each read starts with the summaries: stock received since the last read counts
    const readStock = async () => {
      const summaries = await stock.summaries(
        tenantId,
        lines.map(({ sku }) => sku),
      );
      return { summaries, shards: await stock.shards(summaries) };
    };

    for (let attempt = 0; ; attempt += 1) {
      const { summaries, shards } = await readStock();
      const allocated = allocate(lines, shards, pick);
      if (!allocated.ok && isStable(allocated.error.sku, shards, (await readStock()).shards))
        return err('out_of_stock');
      if (allocated.ok && allocated.value.length <= MAX_ALLOCATIONS) return ok(allocated.value);

      for (const { sku, changes } of allocated.ok ? consolidate(allocated.value) : [])
        for (const summary of summaries.filter((candidate) => candidate.sku === sku))
          await stock.shift(summary, withShards(summary, summary.shards), changes);
      if (!(await backoff(attempt))) return err('contended');
    }
  };
