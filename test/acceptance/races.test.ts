import { expect, test } from 'vitest';
import type { Lines, Order } from './client.ts';
import { host } from './host.ts';
import { expectStock, openShop, placeOrder, type Shop, waitForAllOrders, waitForNewestOrders } from './shop.ts';

const { rushMs, orderMs } = host.limits;
const timeout = 4 * rushMs + orderMs;

/** Places one order per buyer, in waves of what the host allows at a time. Resolves to the orders once all have ended. */
const placeInWaves = async (shop: Shop, buyers: number, lines: (buyer: number) => Lines): Promise<readonly Order[]> => {
  for (let first = 0; first < buyers; first += host.buyersAtOnce) {
    const wave = Array.from({ length: Math.min(host.buyersAtOnce, buyers - first) }, (_, n) => first + n);
    await Promise.all(wave.map((buyer) => placeOrder(shop, lines(buyer))));
    await waitForNewestOrders(shop, wave.length, rushMs);
  }
  return waitForAllOrders(shop, buyers, rushMs);
};

const filterConfirmed = (orders: readonly Order[]) => orders.filter(({ status }) => status === 'confirmed');
const filterOutOfStock = (orders: readonly Order[]) =>
  orders.filter(({ status, reason }) => status === 'cancelled' && reason === 'out_of_stock');

/** With three waves, the first finds enough units, the second competes for the last of them, and the third finds none. */
const UNITS = Math.min(50, host.buyersAtOnce + 4);
const BUYERS = Math.min(200, 3 * host.buyersAtOnce);

test(`${BUYERS} buyers of ${UNITS} units: exactly ${UNITS} get one`, { timeout }, async () => {
  const shop = await openShop({ mug: UNITS });
  const orders = await placeInWaves(shop, BUYERS, () => [['mug', 1]]);
  expect(filterConfirmed(orders)).toHaveLength(UNITS);
  expect(filterOutOfStock(orders)).toHaveLength(BUYERS - UNITS);
  await expectStock(shop, { sku: 'mug', available: 0, held: 0, sold: UNITS });
});

test('40 buyers of the last 10 pairs, lines in opposite orders: exactly 10 get one', { timeout }, async () => {
  const shop = await openShop({ left: 10, right: 10 });
  const orders = await placeInWaves(shop, 40, (buyer) => {
    const pair = [['left', 1] as const, ['right', 1] as const];
    return buyer % 2 ? pair : pair.reverse();
  });
  expect(filterConfirmed(orders)).toHaveLength(10);
  expect(filterOutOfStock(orders)).toHaveLength(30);
  for (const sku of ['left', 'right']) await expectStock(shop, { sku, available: 0, held: 0, sold: 10 });
});
