import { watchStockWorker } from '#inventory/workers/watch-stock.worker';
import { db } from '#shared/aws/db';
import { onAws } from '#shared/aws/runtime';

export const create = watchStockWorker;
export const handler = onAws(create, { db });
