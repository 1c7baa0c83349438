import { expect, test } from 'vitest';
import type { Lines, Order } from './client.ts';
import { host } from './host.ts';
import { allEnded, newestEnded, openShop, placed, type Shop, stockBecomes } from './shop.ts';

const { rushMs, orderMs } = host.limits;
const timeout = 4 * rushMs + orderMs;

/** One order per buyer, wave upon wave of as many as the host can take; answers the orders once all have ended. */
const rush = async (shop: Shop, buyers: number, lines: (buyer: number) => Lines): Promise<readonly Order[]> => {
  for (let first = 0; first < buyers; first += host.buyersAtOnce) {
    const wave = Array.from({ length: Math.min(host.buyersAtOnce, buyers - first) }, (_, n) => first + n);
    await Promise.all(wave.map((buyer) => placed(shop, lines(buyer))));
    await newestEnded(shop, wave.length, rushMs);
  }
  return allEnded(shop, buyers, rushMs);
};

const confirmed = (orders: readonly Order[]) => orders.filter(({ status }) => status === 'confirmed');
const outOfStock = (orders: readonly Order[]) =>
  orders.filter(({ status, reason }) => status === 'cancelled' && reason === 'out_of_stock');

test('200 buyers of 50 units: exactly 50 get one', { timeout }, async () => {
  const shop = await openShop({ mug: 50 });
  const orders = await rush(shop, 200, () => [['mug', 1]]);
  expect(confirmed(orders)).toHaveLength(50);
  expect(outOfStock(orders)).toHaveLength(150);
  await stockBecomes(shop, { sku: 'mug', available: 0, held: 0, sold: 50 });
});

test('40 buyers of the last 10 pairs, lines in opposite orders: exactly 10 get one', { timeout }, async () => {
  const shop = await openShop({ left: 10, right: 10 });
  const orders = await rush(shop, 40, (buyer) => {
    const pair = [['left', 1] as const, ['right', 1] as const];
    return buyer % 2 ? pair : pair.reverse();
  });
  expect(confirmed(orders)).toHaveLength(10);
  expect(outOfStock(orders)).toHaveLength(30);
  for (const sku of ['left', 'right']) await stockBecomes(shop, { sku, available: 0, held: 0, sold: 10 });
});
