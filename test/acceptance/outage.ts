import { type Order, putPolicy, setOutage } from './client.ts';
import { host } from './host.ts';
import { pollUntil } from './poll.ts';
import { expectStatus } from './request.ts';
import { openShop, placeOrder } from './shop.ts';

const tenants: string[] = [];

/** Ends every outage of this test file, so that no order of it keeps the sweeper busy while other files run. */
export const endOutages = async (): Promise<void> => {
  await Promise.all(tenants.splice(0).map((tenantId) => expectStatus(setOutage(tenantId, 0), 200)));
};

/**
 * Opens a shop with 100 mugs and this policy whose provider is down and whose breaker is open. `waiting` is an order of two mugs that awaits its
 * payment.
 */
export const openShopDuringOutage = async (
  offlineAfterMinutes: number | null = 0,
  giveWayAfterMinutes: number | null = null,
) => {
  const shop = await openShop({ mug: 100 });
  await expectStatus(putPolicy(shop.tenantId, { offlineAfterMinutes, giveWayAfterMinutes }), 200);
  tenants.push(shop.tenantId);
  await expectStatus(setOutage(shop.tenantId, 600), 200);
  const firstOrder = await placeOrder(shop, [['mug', 1]]);
  // the charges fail until the breaker opens; from then on, every order awaits its payment
  const { items } = await pollUntil(
    4 * host.limits.orderMs,
    async () => {
      await placeOrder(shop, [['mug', 2]]);
      return expectStatus(shop.orders(), 200);
    },
    ({ items }) => items.some(({ status }) => status === 'awaiting_payment'),
  );
  const waiting = items.find(({ status }) => status === 'awaiting_payment') as Order;
  return { shop, firstOrder, waiting };
};
