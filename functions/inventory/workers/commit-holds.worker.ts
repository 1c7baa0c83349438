import { commitHold } from '#inventory/app/commit-hold';
import { holdTable } from '#inventory/data/hold-table';
import { OrderConfirmed } from '#orders/contract';
import type { OrderId } from '#shared/kernel';
import type { Runtime } from '#shared/runtime';
import { consumer, workerFunction } from '#shared/worker';

export const commitHoldsWorker = (rt: Runtime<'db'>) => {
  const commit = commitHold(holdTable(rt));
  return workerFunction(rt, [
    consumer(OrderConfirmed, ({ tenantId, aggregateId }) => commit(tenantId, aggregateId as OrderId)),
  ]);
};
