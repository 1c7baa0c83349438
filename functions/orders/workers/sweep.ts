import { orderClock } from '#orders/adapters/order-clock';
import type { metrics } from '#orders/errors';
import { dueOrders } from '#orders/table/due-orders';
import { orderTable } from '#orders/table/order-table';
import { type SweepFinding, sweepOrders } from '#orders/use-cases/sweep-orders';
import type { Runtime } from '#platform/runtime/runtime';
import { scheduledFunction } from '#platform/runtime/scheduled';

const metricOf: Readonly<Record<SweepFinding, keyof typeof metrics>> = {
  restarted: 'OrdersRestarted',
  expired: 'OrdersExpired',
  parked: 'OrdersParked',
};
const FINDINGS = ['restarted', 'expired', 'parked'] as const;

/** Every minute: orders past their deadline end, and orders without progress get a new run of their saga. */
export const sweepWorker = (rt: Runtime<'db'>) => {
  const sweep = sweepOrders(orderTable(rt), dueOrders(rt), orderClock(rt));
  return scheduledFunction(rt, async (deadlineMs) => {
    const report = await sweep(() => rt.now().getTime() < deadlineMs);
    if (report === 'lease_held') return rt.logger.warn('another sweep is running');
    for (const finding of FINDINGS) if (report[finding] > 0) rt.metric(metricOf[finding], report[finding]);
    if (FINDINGS.some((finding) => report[finding] > 0)) rt.logger.warn('the sweep changed orders', { report });
  });
};
