import { type Hold, holdTombstone, releaseHold } from '#inventory/domain/hold';
import type { Holds } from '#inventory/use-cases/ports';
import type { FindOrderForRun, SagaInput } from '#orders/contract';
import { type Backoff, err, ok, type Result } from '#platform/kernel';

type Ports = { readonly orders: FindOrderForRun; readonly holds: Holds };

/** Gives back the order's allocations. Where there is no hold yet, a tombstone refuses a late one. */
export const releaseStock =
  ({ orders, holds }: Ports) =>
  async (step: SagaInput, backoff: Backoff): Promise<Result<Hold, 'superseded' | 'committed'>> => {
    if (!(await orders(step, 'cancelling'))) return err('superseded');

    for (let attempt = 0; ; attempt += 1) {
      const existing = await holds.find(step.tenantId, step.orderId);
      const released = existing ? releaseHold(existing) : ok(holdTombstone(step));
      if (!released.ok || released.value === existing) return released;
      const outcome = existing ? holds.update(existing, released.value) : holds.put(released.value);
      if ((await outcome) === 'done') return released;
      if (!(await backoff(attempt))) throw new Error('the stock is contended and there is no time left to try again');
    }
  };
