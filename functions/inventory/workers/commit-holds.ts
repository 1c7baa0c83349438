import { holdTable } from '#inventory/table/hold-table';
import { commitOrderHold } from '#inventory/use-cases/commit-hold';
import { OrderConfirmed } from '#orders/contract';
import { consumer, workerFunction } from '#platform/messaging/worker';
import type { Runtime } from '#platform/runtime/runtime';

/** Commits the hold of each confirmed order. */
export const commitHoldsWorker = (rt: Runtime<'db' | 'queues'>) => {
  const commit = commitOrderHold(holdTable(rt));
  return workerFunction(rt, [consumer(OrderConfirmed, ({ tenantId, aggregateId }) => commit(tenantId, aggregateId))]);
};
