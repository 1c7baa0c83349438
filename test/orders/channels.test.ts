import { afterEach, expect, it } from 'vitest';
import { openShop } from '../fixtures/shop.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;
const shops: Shop[] = [];
afterEach(() => {
  for (const shop of shops.splice(0)) shop.close();
});

/** A shop whose breaker has opened during an outage of these seconds, and an order that was placed afterwards. */
const placeDuringOutage = async (seconds: number) => {
  const shop = await openShop();
  shops.push(shop);
  await shop.provider('POST', '/outages', { tenantId: shop.tenantId, seconds });
  await shop.place('tok_ok');
  await shop.advance(20);
  return { shop, id: await shop.place('tok_ok') };
};

it('an order that meets an open breaker waits without instructions, and is charged by itself once the provider is back', async () => {
  const { shop, id } = await placeDuringOutage(90);
  const waiting = await shop.until(id, 'awaiting_payment', 10);
  expect(waiting.instructions).toBeUndefined();
  expect(waiting.waiting).toEqual({ until: expect.any(String) });
  await shop.until(id, 'confirmed', 240);
  expect(await shop.charge(id)).toMatchObject({ status: 'captured', captured: 25_00, refunded: 0 });
});
