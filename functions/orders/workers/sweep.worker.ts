import { sweepOrders } from '#orders/app/sweep-orders';
import { dueOrders } from '#orders/data/due-orders';
import { orderTable } from '#orders/data/order-table';
import { when } from '#orders/data/when';
import type { Runtime } from '#shared/runtime';
import { scheduledFunction } from '#shared/scheduled';

/** Every minute: what is past its deadline ends, what stands still starts anew. */
export const sweepWorker = (rt: Runtime<'db'>) => {
  const sweep = sweepOrders(orderTable(rt), dueOrders(rt), when(rt));
  return scheduledFunction(rt, async (until) => {
    const swept = await sweep(() => rt.now().getTime() < until);
    if (swept === 'not_my_turn') rt.logger.warn('another sweep is under way');
    else if (Object.values(swept).some((count) => count > 0)) rt.logger.warn('the sweep found orders', { swept });
  });
};
