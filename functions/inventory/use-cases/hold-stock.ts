import { type Hold, openHold } from '#inventory/domain/hold';
import { guessAllocation } from '#inventory/domain/stock';
import { findAllocation } from '#inventory/use-cases/find-allocation';
import type { Holds, PickRandom, Stock } from '#inventory/use-cases/ports';
import type { FindOrderForRun, SagaInput } from '#orders/contract';
import { type Backoff, err, ok, type Result } from '#platform/kernel';

type Ports = {
  readonly orders: FindOrderForRun;
  readonly stock: Stock;
  readonly holds: Holds;
  readonly pick: PickRandom;
};
type HoldResult = Result<Hold, 'superseded' | 'out_of_stock'>;

/**
 * Holds the stock of a whole order, or none of it. The first try guesses the shards; after a wrong guess all shards are read.
 * `out_of_stock` is only returned after such a read, and never when a repeat of this step has taken the stock.
 */
export const holdStock =
  ({ orders, stock, holds, pick }: Ports) =>
  async (step: SagaInput, backoff: Backoff): Promise<HoldResult> => {
    const order = await orders(step, 'placed');
    if (!order) return err('superseded');
    const summaries = await stock.summaries(
      step.tenantId,
      order.lines.map((line) => line.sku),
    );
    const shardCounts = new Map(summaries.map((summary) => [summary.sku, summary.shards]));
    let allocations = guessAllocation(order.lines, shardCounts, pick);

    for (let attempt = 0; ; attempt += 1) {
      const outcome = await holds.put(openHold(step, allocations));
      if (outcome === 'done') return ok(openHold(step, allocations));
      if (typeof outcome === 'object') return existingHold(outcome);

      const found = await findAllocation({ stock, pick })(step.tenantId, order.lines, backoff);
      if (!found.ok && found.error === 'out_of_stock') {
        const existing = await holds.find(step.tenantId, step.orderId);
        return existing ? existingHold(existing) : err('out_of_stock');
      }
      if (!found.ok || !(await backoff(attempt)))
        throw new Error('the stock is contended and there is no time left to try again');
      allocations = found.value;
    }
  };

/** An order has one hold, whichever run put it. A tombstone refuses this one. */
const existingHold = (hold: Hold): HoldResult => (hold.state === 'released' ? err('superseded') : ok(hold));
