import { describe, expect, test } from 'vitest';
import { createOrderBody, type Order } from './client.ts';
import { host } from './host.ts';
import { pollUntil } from './poll.ts';
import { expectProblem } from './problem.ts';
import { expectStatus, send } from './request.ts';
import { expectStock, openShop, PRICE, placeOrder, readCharge, readOrder, type Shop, waitForOrderEnd } from './shop.ts';

const statuses = ({ history }: Order) => history.map(({ status }) => status);

/** The amount that the provider has captured and not refunded. */
const getCapturedAmount = async ({ tenantId }: Shop, id: string): Promise<number> => {
  const { captured, refunded } = await readCharge(tenantId, id);
  return captured - refunded;
};

test('an order is accepted, confirmed and paid', async () => {
  const shop = await openShop({ mug: 10, tray: 10 });
  const response = await shop.place(
    createOrderBody([
      ['mug', 2],
      ['tray', 1],
    ]),
  );
  const placed = await expectStatus(response, 202);
  const lines = [
    { sku: 'mug', quantity: 2, unitPrice: PRICE },
    { sku: 'tray', quantity: 1, unitPrice: PRICE },
  ];
  expect(placed).toMatchObject({ status: 'placed', lines, total: { amount: 3_750, currency: 'EUR' } });
  expect(statuses(placed)).toEqual(['placed']);

  const confirmed = await waitForOrderEnd(shop, placed.id);
  expect(confirmed).toMatchObject({ id: placed.id, status: 'confirmed', lines, total: placed.total });
  expect(statuses(confirmed)).toEqual(['placed', 'confirmed']);
  expect(confirmed.history.map(({ at }) => new Date(at).toISOString())).toEqual(confirmed.history.map(({ at }) => at));
  expect(await readCharge(shop.tenantId, placed.id)).toMatchObject({ captured: 3_750, refunded: 0 });
  await expectStock(shop, { sku: 'mug', available: 8, held: 0, sold: 2 });

  const location = new URL(response.headers.get('location') ?? '', response.url).href;
  expect(await send('GET', location, { key: shop.key })).toMatchObject({ status: 200, body: { id: placed.id } });
});

test('a later price change does not change an order', async () => {
  const shop = await openShop({ mug: 10 });
  const { id } = await placeOrder(shop, [['mug', 1]]);
  await expectStatus(shop.putProduct('mug', { name: 'Mug', price: { ...PRICE, amount: 9_999 } }), 200);
  expect((await waitForOrderEnd(shop, id)).total).toEqual(PRICE);
});

test('the list of orders starts with the newest', async () => {
  const shop = await openShop({ mug: 10 });
  const first = await placeOrder(shop, [['mug', 1]]);
  const second = await placeOrder(shop, [['mug', 1]]);
  const all = await pollUntil(
    host.limits.orderMs,
    () => expectStatus(shop.orders(), 200),
    ({ items }) => items.length === 2,
  );
  expect(all.items.map(({ id }) => id)).toEqual([second.id, first.id]);
  expect(all.next).toBeNull();
  const page = await expectStatus(shop.orders('?limit=1'), 200);
  expect(page.items).toEqual([expect.objectContaining({ id: second.id })]);
  const lastPage = await expectStatus(shop.orders(`?limit=1&cursor=${page.next}`), 200);
  expect(lastPage).toEqual({ items: [expect.objectContaining({ id: first.id })], next: null });
});

test('an order of a SKU without stock is cancelled, and its other lines are released', async () => {
  const shop = await openShop({ mug: 10, tray: 1 });
  const { id } = await placeOrder(shop, [
    ['mug', 2],
    ['tray', 2],
  ]);
  const order = await waitForOrderEnd(shop, id);
  expect(order).toMatchObject({ status: 'cancelled', reason: 'out_of_stock' });
  expect(statuses(order)).toEqual(['placed', 'cancelling', 'cancelled']);
  await expectStock(shop, { sku: 'mug', available: 10, held: 0, sold: 0 });
  await expectStock(shop, { sku: 'tray', available: 1, held: 0, sold: 0 });
});

test('a declined payment cancels the order and releases its stock', async () => {
  const shop = await openShop({ mug: 10 });
  const { id } = await placeOrder(shop, [['mug', 2]], 'tok_declined');
  expect(await waitForOrderEnd(shop, id)).toMatchObject({ status: 'cancelled', reason: 'payment_declined' });
  expect(await readCharge(shop.tenantId, id)).toMatchObject({ captured: 0 });
  await expectStock(shop, { sku: 'mug', available: 10, held: 0, sold: 0 });
});

describe('an order that is cancelled before its confirmation releases its stock and its money', () => {
  const waits = {
    'immediately after it was placed': async () => {},
    'after the provider has captured, before it answers': async (tenantId: string, id: string) => {
      await pollUntil(
        host.limits.orderMs,
        () => readCharge(tenantId, id),
        ({ captured }) => captured > 0,
      );
    },
  };
  test.each(Object.entries(waits))('%s', async (_, wait) => {
    const shop = await openShop({ mug: 10 });
    const { id } = await placeOrder(shop, [['mug', 2]], 'tok_slow');
    await wait(shop.tenantId, id);
    expect(await shop.cancel(id)).toMatchObject({ status: 202, body: { id, status: 'cancelling' } });

    const order = await waitForOrderEnd(shop, id);
    expect(order).toMatchObject({ status: 'cancelled', reason: 'cancelled_by_customer' });
    expect(statuses(order)).toEqual(['placed', 'cancelling', 'cancelled']);
    expect(await getCapturedAmount(shop, id)).toBe(0);
    await expectStock(shop, { sku: 'mug', available: 10, held: 0, sold: 0 });
    expect(await shop.cancel(id)).toMatchObject({ status: 202, body: { status: 'cancelled' } });
  });
});

test('a confirmed order cannot be cancelled', async () => {
  const shop = await openShop({ mug: 10 });
  const { id } = await placeOrder(shop, [['mug', 1]]);
  expect((await waitForOrderEnd(shop, id)).status).toBe('confirmed');
  expectProblem(await shop.cancel(id), 'order_confirmed');
  expect((await readOrder(shop, id)).status).toBe('confirmed');
});
