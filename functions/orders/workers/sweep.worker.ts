import { sweepOrders } from '#orders/app/sweep-orders';
import { dueOrders } from '#orders/data/due-orders';
import { orderTable } from '#orders/data/order-table';
import { when } from '#orders/data/when';
import type { Runtime } from '#shared/runtime';
import { scheduledFunction } from '#shared/scheduled';

const METRIC = { restarted: 'OrdersRestarted', expired: 'OrdersExpired', parked: 'OrdersParked' } as const;
const FINDINGS = ['restarted', 'expired', 'parked'] as const;

/** Every minute: what is past its deadline ends, what stands still starts anew. */
export const sweepWorker = (rt: Runtime<'db'>) => {
  const sweep = sweepOrders(orderTable(rt), dueOrders(rt), when(rt));
  return scheduledFunction(rt, async (until) => {
    const swept = await sweep(() => rt.now().getTime() < until);
    if (swept === 'not_my_turn') return rt.logger.warn('another sweep is under way');
    for (const finding of FINDINGS) if (swept[finding] > 0) rt.metric(METRIC[finding], swept[finding]);
    if (FINDINGS.some((finding) => swept[finding] > 0)) rt.logger.warn('the sweep found orders', { swept });
  });
};
