import { watchStock } from '#inventory/app/watch-stock';
import { StockAdjusted, StockHeld, StockReleased } from '#inventory/contract';
import { headTable } from '#inventory/data/head-table';
import type { Event } from '#shared/events';
import type { Sku } from '#shared/kernel';
import type { Runtime } from '#shared/runtime';
import { consumer, workerFunction } from '#shared/worker';

export const watchStockWorker = (rt: Runtime<'db'>) => {
  const watch = watchStock(headTable(rt));
  const each = async ({ tenantId, data }: Event<`${string}.v${number}`, { skus: readonly string[] }>) => {
    for (const sku of data.skus) await watch(tenantId, sku as Sku);
  };
  return workerFunction(rt, [consumer(StockHeld, each), consumer(StockReleased, each), consumer(StockAdjusted, each)]);
};
