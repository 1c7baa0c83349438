import { findDraws } from '#inventory/app/find-draws';
import type { Holds, Pause, Pick, Stock } from '#inventory/app/ports';
import { type Hold, open } from '#inventory/domain/hold';
import { guess } from '#inventory/domain/stock';
import type { OrderInCharge, SagaStep } from '#orders/contract';
import { err, ok, type Result } from '#shared/kernel';

type Ports = { readonly orders: OrderInCharge; readonly stock: Stock; readonly holds: Holds; readonly pick: Pick };
type Held = Result<Hold, 'superseded' | 'out_of_stock'>;

/**
 * Holds the stock of a whole order or none. The first try guesses the shards; whoever guessed wrong looks at all of them. Out of
 * stock is said only after such a look, and never when a repeat of this very step has taken the stock meanwhile.
 */
export const holdStock =
  ({ orders, stock, holds, pick }: Ports) =>
  async (step: SagaStep, pause: Pause): Promise<Held> => {
    const order = await orders(step, 'placed');
    if (!order) return err('superseded');
    const heads = await stock.heads(
      step.tenantId,
      order.lines.map((line) => line.sku),
    );
    let draws = guess(order.lines, new Map(heads.map((head) => [head.sku, head.shards])), pick);

    for (let attempt = 0; ; attempt += 1) {
      const outcome = await holds.put(open(step, draws));
      if (outcome === 'done') return ok(open(step, draws));
      if (typeof outcome === 'object') return meet(outcome);

      const found = await findDraws({ stock, pick })(step.tenantId, order.lines, pause);
      if (!found.ok && found.error === 'out_of_stock') {
        const standing = await holds.find(step.tenantId, step.orderId);
        return standing ? meet(standing) : err('out_of_stock');
      }
      if (!found.ok || !(await pause(attempt)))
        throw new Error('others hold the same stock: no time left to try again');
      draws = found.value;
    }
  };

/** Whatever the run that put it, an order has one hold; its tombstone refuses this one. */
const meet = (standing: Hold): Held => (standing.state === 'released' ? err('superseded') : ok(standing));
