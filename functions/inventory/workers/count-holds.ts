import { StockCountRequested } from '#inventory/contract';
import { countWriter } from '#inventory/table/count-table';
import { heldBySku } from '#inventory/table/open-holds';
import { stockTable } from '#inventory/table/stock-table';
import { countHolds } from '#inventory/use-cases/count-holds';
import { consumer, workerFunction } from '#platform/messaging/worker';
import type { Runtime } from '#platform/runtime/runtime';

/** Counts the open holds of a tenant whose stock is read. */
export const countHoldsWorker = (rt: Runtime<'db' | 'queues'>) => {
  const count = countHolds({
    counts: countWriter(rt),
    stock: stockTable(rt),
    heldBySku: heldBySku(rt),
    now: () => rt.now().toISOString(),
    sleep: rt.sleep,
  });
  return workerFunction(rt, [
    consumer(StockCountRequested, async ({ tenantId, at }) => {
      const counted = await count({ tenantId, requestedAt: at });
      if (!counted.ok && counted.error !== 'already_counted')
        rt.logger.warn('the open holds were not counted', { tenantId, reason: counted.error });
    }),
  ]);
};
