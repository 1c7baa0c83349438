import type { Holds, Pause } from '#inventory/app/ports';
import { type Hold, release, tombstone } from '#inventory/domain/hold';
import type { OrderInCharge, SagaStep } from '#orders/contract';
import { err, ok, type Result } from '#shared/kernel';

type Ports = { readonly orders: OrderInCharge; readonly holds: Holds };

/** Gives back what the order's hold has drawn; where there is no hold yet, a tombstone keeps a late one from being put. */
export const releaseStock =
  ({ orders, holds }: Ports) =>
  async (step: SagaStep, pause: Pause): Promise<Result<Hold, 'superseded' | 'committed'>> => {
    if (!(await orders(step, 'cancelling'))) return err('superseded');

    for (let attempt = 0; ; attempt += 1) {
      const standing = await holds.find(step.tenantId, step.orderId);
      const released = standing ? release(standing) : ok(tombstone(step));
      if (!released.ok || released.value === standing) return released;
      const written = standing ? holds.move(standing, released.value) : holds.put(released.value);
      if ((await written) === 'done') return released;
      if (!(await pause(attempt))) throw new Error('others write the same stock: no time left to try again');
    }
  };
