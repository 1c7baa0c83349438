import { afterEach, expect, it } from 'vitest';
import { openShop } from '../fixtures/shop.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;
const shops: Shop[] = [];
afterEach(() => {
  for (const shop of shops.splice(0)) shop.close();
});

it('a standstill of an hour ends no order: each is confirmed once its saga can start', async () => {
  const shop = await openShop();
  shops.push(shop);
  shop.pauseConsumer('orders-start-saga');
  const ids = [await shop.place('tok_ok'), await shop.place('tok_ok'), await shop.place('tok_ok')];
  await shop.advance(60 * 60);
  for (const id of ids) expect(await shop.order(id)).toMatchObject({ status: 'placed' });
  shop.resumeConsumer('orders-start-saga');
  for (const id of ids) await shop.until(id, 'confirmed', 120);
  expect(await shop.stock()).toBe(94);
});
