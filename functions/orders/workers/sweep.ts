import { orderClock } from '#orders/adapters/order-clock';
import type { metrics } from '#orders/errors';
import { pauseReader } from '#orders/table/deadline-pauses';
import { dueOrders, openOrderFinder } from '#orders/table/due-orders';
import { openOrderVerdicts } from '#orders/table/open-orders';
import { orderTable } from '#orders/table/order-table';
import { countOpenOrders } from '#orders/use-cases/count-open-orders';
import { type SweepCounts, sweepOrders } from '#orders/use-cases/sweep-orders';
import { providerIsAvailable } from '#payments/public';
import type { Runtime } from '#platform/runtime/runtime';
import { scheduledFunction } from '#platform/runtime/scheduled';

const counted = {
  restarted: 'OrdersRestarted',
  heldBack: 'OrdersHeldBack',
  expired: 'OrdersExpired',
  parked: 'OrdersParked',
  released: 'OrdersReleased',
  offline: 'OrdersMadeOffline',
  failed: 'OrdersNotSwept',
  mayHaveLostEvents: 'OrdersMayHaveLostEvents',
} as const satisfies Partial<Record<keyof SweepCounts, keyof typeof metrics>>;

/** Sweeps the orders that are due. */
const dueSweep = (rt: Runtime<'db'>) => {
  const sweep = sweepOrders({
    orders: orderTable(rt),
    dueOrders: dueOrders(rt),
    findPauses: pauseReader(rt),
    providerIsAvailable: providerIsAvailable(rt),
    now: orderClock(rt),
    sleep: rt.sleep,
    onFailure: (what, error) => rt.logger.error('the sweep could not read or write', { what, error: error as Error }),
  });
  return async (hasTimeLeft: () => boolean) => {
    const report = await sweep(hasTimeLeft);
    if (report === 'lease_held') return rt.logger.warn('another sweep is running');
    const { heldBackTenants, ...counts } = report;
    for (const [finding, metric] of Object.entries(counted) as [keyof typeof counted, string][])
      if (counts[finding] > 0) rt.metric(metric, counts[finding]);
    if (Object.values(counts).some((count) => count > 0)) rt.logger.warn('the sweep found orders', { report });
    if (heldBackTenants.length > 0)
      rt.logger.warn(
        'no canary of these tenants made progress: the cause lasts, and only canaries are restarted until it is gone',
        {
          ...{ heldBackTenants, heldBack: counts.heldBack, canaries: counts.canaries },
        },
      );
    if (counts.mayHaveLostEvents > 0)
      rt.logger.warn(
        'orders have made no progress for more than 23 hours: the records of their events may have been given up; the command counts them',
        {
          orders: counts.mayHaveLostEvents,
          command: `npm run -s republish -- --stage ${rt.env('STAGE')} --given-up --dry-run`,
        },
      );
  };
};

const MAX_LOGGED_TENANTS = 100;

/** Counts the open orders of each tenant. */
const openOrdersCount = (rt: Runtime<'db'>) => {
  const count = countOpenOrders({
    findOpenOrders: openOrderFinder(rt),
    verdicts: openOrderVerdicts(rt),
    now: orderClock(rt),
    maxOpenOrders: rt.times.maxOpenOrders,
  });
  return async (hasTimeLeft: () => boolean) => {
    const { atBound, complete } = await count(hasTimeLeft);
    if (!complete) rt.metric('OpenOrdersNotCounted', 1);
    if (atBound.length === 0) return;
    rt.metric('TenantsAtOrderLimit', atBound.length);
    rt.logger.warn('these tenants have too many open orders: their further orders are refused', {
      tenants: atBound.slice(0, MAX_LOGGED_TENANTS),
    });
  };
};

/**
 * Every minute: orders past their deadline end, orders that wait are charged, orders without progress get a new run, and the open orders of
 * each tenant are counted. Sweep and count run side by side: neither waits for the other, and if one fails the run fails once both have
 * ended.
 */
export const sweepWorker = (rt: Runtime<'db'>) => {
  const [sweep, count] = [dueSweep(rt), openOrdersCount(rt)];
  return scheduledFunction(rt, async (deadlineMs) => {
    const hasTimeLeft = () => rt.now().getTime() < deadlineMs;
    const results = await Promise.allSettled([sweep(hasTimeLeft), count(hasTimeLeft)]);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  });
};
