import { StockAdjusted, StockHeld, StockReleased } from '#inventory/contract';
import { summaryTable } from '#inventory/table/summary-table';
import { updateAvailability } from '#inventory/use-cases/update-availability';
import type { Sku } from '#platform/kernel';
import type { EventType } from '#platform/manifest';
import type { Event } from '#platform/messaging/events';
import { consumer, workerFunction } from '#platform/messaging/worker';
import type { Runtime } from '#platform/runtime/runtime';

/** Publishes whether a SKU is available, after each change of its stock. */
export const watchStockWorker = (rt: Runtime<'db' | 'queues'>) => {
  const update = updateAvailability(summaryTable(rt));
  const updateAll = async ({ tenantId, data }: Event<EventType, { skus: readonly Sku[] }>) => {
    for (const sku of data.skus) await update(tenantId, sku);
  };
  return workerFunction(rt, [
    consumer(StockHeld, updateAll),
    consumer(StockReleased, updateAll),
    consumer(StockAdjusted, updateAll),
  ]);
};
