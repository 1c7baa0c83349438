import type { Adjustment } from '#inventory/domain/adjustment';
import { emptySummary, type SkuSummary } from '#inventory/domain/sku-summary';
import { type Allocation, distribute } from '#inventory/domain/stock';
import { findAllocation } from '#inventory/use-cases/find-allocation';
import type { Adjustments, PickRandom, Stock } from '#inventory/use-cases/ports';
import { type Backoff, created, err, ok, type Replayable, type Result, replayOf } from '#platform/kernel';

type Ports = { readonly stock: Stock; readonly adjustments: Adjustments; readonly pick: PickRandom };

/**
 * Adjusts once per id and never below zero: stock that orders hold cannot be taken away. Before a refusal is returned the adjustment
 * is looked up, so a replay stays a replay.
 */
export const adjustStock =
  ({ stock, adjustments, pick }: Ports) =>
  async (
    request: Adjustment,
    backoff: Backoff,
  ): Promise<Result<Replayable<Adjustment>, 'key_reused' | 'insufficient_stock' | 'conflict'>> => {
    const { tenantId, sku, id, requestDigest } = request;
    for (let attempt = 0; ; attempt += 1) {
      const [summary = emptySummary(tenantId, sku)] = await stock.summaries(tenantId, [sku]);
      const allocations = await allocateChange({ stock, pick }, request, { summary, backoff });
      if (!allocations.ok) {
        const existing = await adjustments.find(tenantId, id);
        return existing ? replayOf(existing, existing.requestDigest, requestDigest) : allocations;
      }
      const outcome = await adjustments.put(request, summary, allocations.value);
      if (outcome === 'done') return created(request);
      if (typeof outcome === 'object') return replayOf(outcome, outcome.requestDigest, requestDigest);
      if (!(await backoff(attempt))) return err('conflict');
    }
  };

/** New units are distributed over all shards; units to take are allocated like those of an order. */
const allocateChange = async (
  { stock, pick }: Omit<Ports, 'adjustments'>,
  { tenantId, sku, delta }: Adjustment,
  { summary, backoff }: { readonly summary: SkuSummary; readonly backoff: Backoff },
): Promise<Result<readonly Allocation[], 'insufficient_stock' | 'conflict'>> => {
  if (delta > 0) return ok(distribute(sku, { quantity: delta, shards: summary.shards, start: pick(summary.shards) }));
  const found = await findAllocation({ stock, pick })(tenantId, [{ sku, quantity: -delta }], backoff);
  if (found.ok) return ok(found.value.map((allocation) => ({ ...allocation, quantity: -allocation.quantity })));
  return err(found.error === 'out_of_stock' ? 'insufficient_stock' : 'conflict');
};
